using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EntitySync.Local.EventSources;

namespace EntitySync.Local.Template;

/// <summary>
/// What the local runner and the tests need of <c>template.yaml</c>: functions, routes, event sources, tables, state machines. It is the deployed
/// file itself, so that the runner cannot drift from it.
/// </summary>
public sealed class SamTemplate
{
    private readonly JsonObject _functionGlobals;
    private readonly TemplateStack _stack;

    private SamTemplate(TemplateStack stack)
    {
        _stack = stack;
        _functionGlobals = Root["Globals"]?["Function"] as JsonObject ?? [];
        Functions = Of("AWS::Serverless::Function").Select(Function).ToImmutableSortedDictionary(function => function.LogicalId, function => function, StringComparer.Ordinal);
        Tables = Of("AWS::DynamoDB::Table").Select(Table).ToImmutableSortedDictionary(table => table.LogicalId, table => table, StringComparer.Ordinal);
        StateMachines = [.. Of("AWS::Serverless::StateMachine").Select(StateMachine)];
        Routes = [.. Of("AWS::ApiGatewayV2::Route").Select(Route)];
        KafkaEvents = [.. KafkaSources().Select(KafkaEvent)];
        DynamoDbStreamEvents = [.. Events("DynamoDB").Concat(Mappings("EventSourceArn", isKafka: false)).Select(StreamEvent)];
        Schedules = [.. Events("Schedule").Concat(Events("ScheduleV2")).Select(Schedule)];
    }

    public string FilePath => _stack.FilePath;

    /// <summary>The whole file: short tags in their long form, every scalar as text, nothing resolved.</summary>
    public JsonObject Root => _stack.Root;

    /// <summary>The file and those of its nested stacks, likewise.</summary>
    public IEnumerable<JsonObject> Roots => _stack.All.Select(stack => stack.Root);

    public ImmutableSortedDictionary<string, LambdaFunction> Functions { get; }

    public ImmutableSortedDictionary<string, TableDefinition> Tables { get; }

    public ImmutableArray<StateMachineDefinition> StateMachines { get; }

    public ImmutableArray<HttpRoute> Routes { get; }

    public ImmutableArray<KafkaEventSettings> KafkaEvents { get; }

    public ImmutableArray<DynamoDbStreamEventSettings> DynamoDbStreamEvents { get; }

    public ImmutableArray<ScheduleSettings> Schedules { get; }

    /// <param name="path">The template file; nested ones are read too, where their TemplateURL is a path beside it.</param>
    /// <param name="parameters">Parameter values; the template's defaults for the others.</param>
    /// <param name="instead">Text of a nested template in place of its file, by its TemplateURL; null for all as they are.</param>
    /// <exception cref="InvalidDataException">A file is not such a template; the message says where.</exception>
    public static SamTemplate Load(string path, IReadOnlyDictionary<string, string>? parameters = null, IReadOnlyDictionary<string, string>? instead = null) =>
        new(new TemplateStack(path, TemplateReader.Read(path), parameters ?? ImmutableDictionary<string, string>.Empty, instead ?? ImmutableDictionary<string, string>.Empty));

    private IEnumerable<(string Id, JsonObject Properties, TemplateValues Values)> Of(string type) =>
        from stack in _stack.All
        from resource in stack.Declared
        where resource.Value?["Type"]?.ToString() == type
        select (resource.Key, resource.Value["Properties"] as JsonObject ?? [], stack.Values);

    private LambdaFunction Function((string Id, JsonObject Properties, TemplateValues Values) resource)
    {
        var environment = (resource.Properties["Environment"]?["Variables"] as JsonObject ?? [])
            .Concat((_functionGlobals["Environment"]?["Variables"] as JsonObject ?? []).Where(global => resource.Properties["Environment"]?["Variables"]?[global.Key] is null));
        return new LambdaFunction(
            resource.Id,
            Text(resource, "Handler"),
            TimeSpan.FromSeconds(Number(resource.Properties, "Timeout") ?? Number(_functionGlobals, "Timeout") ?? 3),
            Number(resource.Properties, "MemorySize") ?? Number(_functionGlobals, "MemorySize") ?? 128,
            environment.ToImmutableSortedDictionary(variable => variable.Key, variable => resource.Values.Text(variable.Value) ?? "", StringComparer.Ordinal));
    }

    private TableDefinition Table((string Id, JsonObject Properties, TemplateValues Values) resource)
    {
        var types = resource.Properties["AttributeDefinitions"]!.AsArray().ToDictionary(attribute => attribute!["AttributeName"]!.ToString(), attribute => attribute!["AttributeType"]!.ToString());
        return new TableDefinition(
            resource.Id,
            Text(resource, "TableName"),
            Keys(resource.Properties),
            resource.Properties["StreamSpecification"]?["StreamViewType"]?.ToString(),
            resource.Properties["TimeToLiveSpecification"]?["AttributeName"]?.ToString(),
            [.. (resource.Properties["GlobalSecondaryIndexes"]?.AsArray() ?? []).Select(index => Index(index!.AsObject()))]);

        ImmutableArray<TableKey> Keys(JsonObject of) =>
            [.. from key in of["KeySchema"]!.AsArray() let name = key!["AttributeName"]!.ToString() select new TableKey(name, types[name], key!["KeyType"]!.ToString())];

        TableIndex Index(JsonObject index) => new(
            Text((resource.Id, index, resource.Values), "IndexName"), Keys(index), index["Projection"]!["ProjectionType"]!.ToString(), [.. (index["Projection"]!["NonKeyAttributes"]?.AsArray() ?? []).Select(name => name!.ToString())]);
    }

    private StateMachineDefinition StateMachine((string Id, JsonObject Properties, TemplateValues Values) resource) => new(
        resource.Id,
        Text(resource, "DefinitionUri"),
        (resource.Properties["DefinitionSubstitutions"] as JsonObject ?? [])
            .ToImmutableSortedDictionary(pair => pair.Key, pair => LogicalId(resource.Values.Text(pair.Value)) ?? "", StringComparer.Ordinal));

    // A route names its integration, and that its function.
    private HttpRoute Route((string Id, JsonObject Properties, TemplateValues Values) resource)
    {
        var target = LogicalId(Text(resource, "Target")["integrations/".Length..]) ?? throw new InvalidDataException($"{FilePath}: Target of {resource.Id} is no integration.");
        var integration = Of("AWS::ApiGatewayV2::Integration").Single(each => each.Id == target && ReferenceEquals(each.Values, resource.Values));
        var (method, path) = Text(resource, "RouteKey").Split(' ') is [var first, var second] ? (first, second) : throw new InvalidDataException($"{FilePath}: RouteKey of {resource.Id} is not METHOD PATH.");
        return new HttpRoute(LogicalId(Text(integration, "IntegrationUri")) ?? "", method, path);
    }

    private IEnumerable<(string Id, string FunctionId, JsonObject Properties)> Events(string type) =>
        from function in Of("AWS::Serverless::Function")
        from source in function.Properties["Events"] as JsonObject ?? []
        where source.Value?["Type"]?.ToString() == type
        select ($"{function.Id}.{source.Key}", function.Id, function.Values.Resolve(source.Value["Properties"]) as JsonObject ?? []);

    private IEnumerable<(string Id, string FunctionId, JsonObject Properties)> KafkaSources() => Events("MSK").Concat(Events("SelfManagedKafka")).Concat(Mappings("Topics", isKafka: true));

    // Both kinds may have an EventSourceArn: of the stream, or of the cluster.
    private IEnumerable<(string Id, string FunctionId, JsonObject Properties)> Mappings(string property, bool isKafka) =>
        from mapping in Of("AWS::Lambda::EventSourceMapping")
        where mapping.Properties.ContainsKey(property) && mapping.Properties.ContainsKey("Topics") == isKafka
        let properties = (JsonObject)mapping.Values.Resolve(mapping.Properties)!
        select (mapping.Id, LogicalId(properties["FunctionName"]?.ToString()) ?? "", properties);

    private static KafkaEventSettings KafkaEvent((string Id, string FunctionId, JsonObject Properties) source)
    {
        var group = source.Properties["ConsumerGroupId"]
            ?? source.Properties["AmazonManagedKafkaEventSourceConfig"]?["ConsumerGroupId"]
            ?? source.Properties["SelfManagedKafkaEventSourceConfig"]?["ConsumerGroupId"];
        if (source.Properties.ContainsKey("FilterCriteria")) throw new InvalidDataException($"{source.Id}: the local runner filters records of DynamoDB streams, not of Kafka topics.");
        var destination = source.Properties["DestinationConfig"]?["OnFailure"]?["Destination"]?.ToString();
        return new KafkaEventSettings(
            Batch(source, defaultWindow: TimeSpan.FromMilliseconds(500)),
            source.Properties["Topics"]!.AsArray().Single()!.ToString(),
            group?.ToString() ?? source.Id,
            FromBeginning(source.Properties),
            Number(source.Properties["ProvisionedPollerConfig"], "MinimumPollers") ?? 1,
            destination is not null && destination.StartsWith("kafka://", StringComparison.Ordinal) ? destination["kafka://".Length..] : null);
    }

    private static DynamoDbStreamEventSettings StreamEvent((string Id, string FunctionId, JsonObject Properties) source) => new(
        Batch(source, defaultWindow: TimeSpan.Zero),
        LogicalId(Text(source.Properties["Stream"] ?? source.Properties["EventSourceArn"])) ?? "",
        FromBeginning(source.Properties),
        LogicalId(Text(source.Properties["DestinationConfig"]?["OnFailure"]?["Destination"])),
        EventFilter.Read(source.Properties["FilterCriteria"], source.Id));

    private static ScheduleSettings Schedule((string Id, string FunctionId, JsonObject Properties) source) => new(
        source.Id,
        source.FunctionId,
        RateExpression.Parse((source.Properties["Schedule"] ?? source.Properties["ScheduleExpression"])?.ToString() ?? "", source.Id),
        source.Properties["Input"]?.ToString());

    private static BatchSettings Batch((string Id, string FunctionId, JsonObject Properties) source, TimeSpan defaultWindow) => new(
        source.Id,
        source.FunctionId,
        Number(source.Properties, "BatchSize") ?? 100,
        Number(source.Properties, "MaximumBatchingWindowInSeconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : defaultWindow,
        source.Properties["FunctionResponseTypes"] is JsonArray types && types.Any(type => type?.ToString() == "ReportBatchItemFailures"),
        source.Properties["BisectBatchOnFunctionError"]?.ToString() == "true",
        Number(source.Properties, "MaximumRetryAttempts") is { } attempts and >= 0 ? attempts : null,
        Number(source.Properties, "MaximumRecordAgeInSeconds") is { } age and >= 0 ? TimeSpan.FromSeconds(age) : null);

    private static bool FromBeginning(JsonObject properties) => Text(properties["StartingPosition"]) == "TRIM_HORIZON";

    private string Text((string Id, JsonObject Properties, TemplateValues Values) resource, string name) =>
        resource.Values.Text(resource.Properties[name]) ?? throw new InvalidDataException($"{FilePath}: {name} of {resource.Id} is missing or is no text.");

    private static string? Text(JsonNode? node) => node is JsonValue value ? value.ToString() : null;

    private static int? Number(JsonNode? properties, string name) => properties?[name] is JsonValue value ? int.Parse(value.ToString()) : null;

    // "${EnrichFunction.Arn}" and "${EnrichFunction}" name the resource EnrichFunction.
    private static string? LogicalId(string? reference) =>
        reference is ['$', '{', .. var name, '}'] ? name.Split('.')[0] : null;
}

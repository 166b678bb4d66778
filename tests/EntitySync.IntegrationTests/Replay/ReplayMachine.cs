using System.Collections.Immutable;
using System.Text;
using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Local.Http;
using EntitySync.Local.Lambda;
using EntitySync.Local.Solr;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;
using EntitySync.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Replay;

/// <summary>The deployed state machine file and handlers, over DynamoDB Local and the local Solr server; the topic is a recording one.</summary>
internal sealed class ReplayMachine : IAsyncDisposable
{
    private static string Root => EntitySync.Local.Runner.Checkout.Root;

    private readonly AmazonDynamoDBClient _dynamoDb;
    private readonly ServiceProvider _services;
    private readonly LocalWebServer _lambda;
    private readonly StepFunctionsService _stepFunctions;
    private readonly string _arn;

    private ReplayMachine(AmazonDynamoDBClient dynamoDb, ServiceProvider services, SolrServer solr, FunctionRuntime functions, LocalWebServer lambda, StepFunctionsService stepFunctions)
    {
        (_dynamoDb, _services, Solr, Functions, _lambda, _stepFunctions) = (dynamoDb, services, solr, functions, lambda, stepFunctions);
        var replay = Template.StateMachines.Single(machine => machine.LogicalId == "ReplayStateMachine");
        _arn = stepFunctions.Register(
            "replay", Path.Combine(Root, replay.DefinitionPath), replay.Substitutions.ToDictionary(pair => pair.Key, pair => "arn:aws:lambda:us-east-1:000000000000:function:" + pair.Value));
    }

    public SolrServer Solr { get; }

    public FunctionRuntime Functions { get; }

    public RecordingTopicWriter Topic => (RecordingTopicWriter)_services.GetRequiredService<ITopicWriter>();

    public IReplayStore Store => _services.GetRequiredService<IReplayStore>();

    public IReadOnlyList<string> Published => [.. Topic.To("item-replay").Select(record => Encoding.UTF8.GetString(record.Key!.Value.Span))];

    private static SamTemplate Template { get; } = SamTemplate.Load(Path.Combine(Root, "template.yaml"));

    public static async Task<ReplayMachine> StartAsync(LocalPartsFixture parts, int items, int pageSize = 10)
    {
        var dynamoDb = parts.CreateDynamoDbClient();
        var settings = new EntitySyncSettings { ReplaysTable = await ReplayTables.CreateAsync(dynamoDb), DynamoDbEndpoint = parts.DynamoDbEndpoint.ToString() };
        var solr = await SolrServer.StartAsync();
        var collection = solr.Collection("items", "sku", "online", "deliveryClasses");
        for (var number = 1; number <= items; number++)
        {
            collection.Upsert($"sku-{number:D4}", Encoding.UTF8.GetBytes($$"""{"sku":"sku-{{number:D4}}","online":true,"deliveryClasses":["{{(number % 2 == 0 ? "express" : "slow")}}"]}"""));
        }

        var item = SampleDefinitions.Item();
        var services = new ServiceCollection()
            .AddSingleton<IAmazonDynamoDB>(dynamoDb)
            .AddSingleton(new EntityCatalog([item with { Replay = item.Replay! with { PageSize = pageSize } }]))
            .AddSingleton<ITopicWriter>(new RecordingTopicWriter())
            .AddSingleton(new ReplayOptions { Lease = TimeSpan.FromSeconds(3) })
            .AddEntitySync(settings with { SolrUrl = solr.Url.ToString() })
            .BuildServiceProvider();
        var functions = new FunctionRuntime(
            Template.Functions.Values.Where(function => function.LogicalId is "PlanReplayFunction" or "PublishReplayPagesFunction" or "FinishReplayFunction"),
            services, TimeProvider.System, NullLoggerFactory.Instance);
        var lambda = await LocalWebServer.StartAsync(routes => routes.MapLambdaInvoke(functions));
        var stepFunctions = new StepFunctionsService("us-east-1", TimeProvider.System);
        await stepFunctions.StartAsync(parts.Run, lambda.BaseAddress, CancellationToken.None);
        return new ReplayMachine(dynamoDb, services, solr, functions, lambda, stepFunctions);
    }

    public async Task<string> StartAsync(string input, string name) => (await _stepFunctions.StartExecutionAsync(_arn, name, input, CancellationToken.None)).Arn;

    public Task StopAsync(string executionArn) => _stepFunctions.StopAsync(executionArn, null, "stopped by a person", CancellationToken.None);

    public async Task<Execution> ExecuteAsync(string input, string name) => await EndOfAsync(await StartAsync(input, name));

    public async Task<Execution> EndOfAsync(string executionArn)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_stepFunctions.Describe(executionArn) is { Status: Execution.Running }) await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
        return _stepFunctions.Describe(executionArn);
    }

    public Task PublishedAsync(int ids) => UntilAsync(() => Published.Count >= ids);

    public Task InvokedAsync(string function, int times) => UntilAsync(() => Functions.Invocations.GetValueOrDefault(function) >= times);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
    }

    public static IEnumerable<string> Skus(int from, int to, Func<int, bool>? fits = null) =>
        Enumerable.Range(from, to - from + 1).Where(fits ?? (_ => true)).Select(number => $"sku-{number:D4}");

    public async ValueTask DisposeAsync()
    {
        await _stepFunctions.DisposeAsync();
        await _lambda.DisposeAsync();
        await Solr.DisposeAsync();
        await _services.DisposeAsync();
        _dynamoDb.Dispose();
    }
}

using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.DynamoDBEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using EntitySync.Local.EventSources;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Local;

[Trait("Category", "Integration")]
public sealed class EventSourcesDynamoDbTests(LocalPartsFixture parts) : IDisposable
{
    private readonly string _table = LocalPartsFixture.Unique("classes");
    private readonly HttpClient _http = new();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Changes_ArriveInOrderAsLambdaGivesThem()
    {
        await CreateTableAsync();
        var function = new ScriptedFunction((_, _) => ScriptedFunction.Done);
        await using var source = Start(function);
        await PutAsync("express", "1");
        await PutAsync("express", "0.12345678901234567890123456789012345678");
        await DeleteAsync("express");
        await ScriptedFunction.UntilAsync(() => source.Status is { Delivered: 3, Waiting: 0 }, "3 changes delivered");

        var records = function.Events.SelectMany(Records).ToList();
        records.Select(record => $"{record.EventName} {Time(record.Dynamodb.OldImage)} {Time(record.Dynamodb.NewImage)}").ShouldBe(
            ["INSERT - 1", "MODIFY 1 0.12345678901234567890123456789012345678", "REMOVE 0.12345678901234567890123456789012345678 -"]);
        records.ShouldAllBe(record => record.EventSource == "aws:dynamodb" && record.EventSourceArn.Contains($":table/{_table}/stream/", StringComparison.Ordinal));
        records.ShouldAllBe(record => record.Dynamodb.Keys["name"].S == "express" && record.EventID.Length > 0 && record.Dynamodb.StreamViewType == "NEW_AND_OLD_IMAGES");
        records.Select(record => record.Dynamodb.SequenceNumber).Distinct().Count().ShouldBe(3);
        records.ShouldAllBe(record => record.Dynamodb.ApproximateCreationDateTime > DateTime.UtcNow.AddHours(-1));
    }

    [Fact]
    public async Task BurstWithinTheWindow_IsOneInvocationAndAFailureGoesOnFromItsRecord()
    {
        await CreateTableAsync();
        for (var i = 0; i < 5; i++) await PutAsync($"class-{i}", $"{i}");
        var function = new ScriptedFunction((received, number) => number == 1
            ? ScriptedFunction.Answer($$"""{"batchItemFailures":[{"itemIdentifier":"{{received["Records"]![3]!["dynamodb"]!["SequenceNumber"]}}"}]}""")
            : ScriptedFunction.Done);
        await using var source = Start(function, window: TimeSpan.FromSeconds(1));
        await ScriptedFunction.UntilAsync(() => source.Status.Delivered == 5, "5 changes delivered");
        function.Events.Select(received => string.Join(' ', Records(received).Select(record => record.Dynamodb.Keys["name"].S)))
            .ShouldBe(["class-0 class-1 class-2 class-3 class-4", "class-3 class-4"]);
    }

    [Fact]
    public async Task RecordTheFunctionDiesOf_IsGivenUpAndTheRestArrives()
    {
        await CreateTableAsync();
        for (var i = 0; i < 4; i++) await PutAsync($"class-{i}", $"{i}");
        var function = new ScriptedFunction((received, _) => Records(received).Any(record => record.Dynamodb.Keys["name"].S == "class-2") ? ScriptedFunction.Error("poison") : ScriptedFunction.Done);
        await using var source = Start(function, window: TimeSpan.FromMilliseconds(500));
        await ScriptedFunction.UntilAsync(() => source.Status is { Delivered: 3, Discarded: 1 }, "3 changes delivered and 1 given up");
        source.Status.LastError.ShouldBe("InvalidOperationException: poison");
    }

    [Fact]
    public async Task TableThatAppearsLater_IsReadFromItsBeginning()
    {
        var function = new ScriptedFunction((_, _) => ScriptedFunction.Done);
        await using var source = Start(function);
        await CreateTableAsync();
        await PutAsync("express", "1");
        await ScriptedFunction.UntilAsync(() => source.Status.Delivered == 1, "the change delivered");
    }

    private static IEnumerable<DynamoDBEvent.DynamodbStreamRecord> Records(JsonNode received) =>
        new DefaultLambdaJsonSerializer().Deserialize<DynamoDBEvent>(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(received.ToJsonString()))).Records;

    private static string Time(Dictionary<string, DynamoDBEvent.AttributeValue>? image) => image?["minimumTime"].N ?? "-";

    private DynamoDbStreamEventSource Start(ILambdaInvoker function, TimeSpan window = default)
    {
        var batch = new BatchSettings("Sample", "SampleFunction", 100, window, ReportBatchItemFailures: true, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, MaximumRecordAge: null);
        var settings = new DynamoDbStreamEventSettings(batch, "ClassesTable", FromBeginning: true, OnFailure: "Failures");
        return DynamoDbStreamEventSource.Start(settings, _table, parts.DynamoDbEndpoint, _http, function, TimeProvider.System, NullLogger<DynamoDbStreamEventSource>.Instance);
    }

    private async Task CreateTableAsync()
    {
        using var client = parts.CreateDynamoDbClient();
        await client.CreateTableAsync(new CreateTableRequest
        {
            TableName = _table,
            BillingMode = "PAY_PER_REQUEST",
            AttributeDefinitions = [new AttributeDefinition("name", "S")],
            KeySchema = [new KeySchemaElement("name", "HASH")],
            StreamSpecification = new StreamSpecification { StreamEnabled = true, StreamViewType = "NEW_AND_OLD_IMAGES" },
        });
    }

    private async Task PutAsync(string name, string time)
    {
        using var client = parts.CreateDynamoDbClient();
        await client.PutItemAsync(_table, new Dictionary<string, AttributeValue> { ["name"] = new(name), ["minimumTime"] = new() { N = time } });
    }

    private async Task DeleteAsync(string name)
    {
        using var client = parts.CreateDynamoDbClient();
        await client.DeleteItemAsync(_table, new Dictionary<string, AttributeValue> { ["name"] = new(name) });
    }
}

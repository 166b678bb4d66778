using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.TestUtilities;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.Replay;
using EntitySync.Functions;
using EntitySync.Testing;
using EntitySync.Tests.ReferenceTables;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

public sealed class TriggerReplayTests
{
    private readonly RecordingReplayStarter _starter = new();

    [Fact]
    public async Task RealEvent_StartsOneReplay_WithTheFingerprintThatAReaderOfTheTableSees()
    {
        var response = await InvokeAsync(
            StreamEvents.Modify(1, "express", """{"minimumTime":{"N":"1"},"_version":{"N":"5"}}""", """{"tags":{"SS":["b","a"]},"minimumTime":{"N":"2.50"},"_version":{"N":"6"}}"""),
            StreamEvents.Modify(2, "same", """{"minimumTime":{"N":"1"},"_version":{"N":"5"}}""", """{"minimumTime":{"N":"1"},"_version":{"N":"6"}}"""),
            StreamEvents.Insert(3, "odd", """{"odd":{}}"""),
            StreamEvents.Remove(4, "slow", """{"_version":{"N":"9"}}"""));

        response.ShouldBe("""{"batchItemFailures":[]}""");
        var read = ReferenceItems.ToRow("delivery-classes", "express", new Dictionary<string, AttributeValue>
        {
            ["name"] = new() { S = "express" },
            ["_version"] = new() { N = "6" },
            ["tags"] = new() { SS = ["a", "b"] },
            ["minimumTime"] = new() { N = "2.50" },
        });
        _starter.Started.ShouldHaveSingleItem().Request.Causes!.ShouldBe(
            [new ReplayCause("delivery-classes", "express", 6, read.Fingerprint), new ReplayCause("delivery-classes", "slow", 9)]);
    }

    [Fact]
    public async Task RowThatJsonCouldNotExpressIsRepaired_IsReplayed()
    {
        await InvokeAsync(StreamEvents.Modify(1, "odd", """{"odd":{}}""", """{"odd":{"S":"x"}}"""));
        _starter.Started.ShouldHaveSingleItem().Request.Causes!.Select(cause => cause.Key).ShouldBe(["odd"]);
    }

    [Fact]
    public async Task Throttled_WholeBatchComesAgain()
    {
        _starter.Before = _ => throw new TransientException("throttled");
        (await InvokeAsync(StreamEvents.Insert(7, "a", "{}"), StreamEvents.Insert(8, "b", "{}"))).ShouldBe("""{"batchItemFailures":[{"itemIdentifier":"7"}]}""");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Records":[]}""")]
    public async Task EmptyEvent_EmptyResponse(string json) =>
        StreamEvents.Text(await Function().HandleAsync(StreamEvents.Parse(json), new TestLambdaContext())).ShouldBe("""{"batchItemFailures":[]}""");

    private async Task<string> InvokeAsync(params JsonNode[] records) =>
        StreamEvents.Text(await Function().HandleAsync(StreamEvents.Event(records), new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(60) }));

    private TriggerReplay Function() => new(
        new ReplayTrigger(new EntityCatalog([SampleDefinitions.Item()]), _starter, NullLogger<ReplayTrigger>.Instance),
        new EntitySyncSettings { ReferenceTablePrefix = "prod-" }, TimeProvider.System, NullLogger<TriggerReplay>.Instance);
}

using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.TestUtilities;
using EntitySync.Adapters;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

public sealed class PublishReferenceTests
{
    private readonly RecordingTopicWriter _writer = new();

    [Fact]
    public async Task RealEvent_IsPublished_WithVersions_TombstonesAndDeadLetters()
    {
        var response = await InvokeAsync(
            StreamEvents.Insert(100, "express", """{"minimumTime":{"N":"1"},"_version":{"N":"5"}}"""),
            StreamEvents.Modify(200, "express", """{"minimumTime":{"N":"1"},"_version":{"N":"5"}}""", """{"minimumTime":{"N":"2"},"_version":{"N":"6"}}"""),
            StreamEvents.Insert(300, "by-hand é", """{"on":{"BOOL":true},"none":{"NULL":true},"tags":{"SS":["b","a"]},"x":{"M":{"l":{"L":[{"S":""}]}}}}"""),
            StreamEvents.Insert(350, "icon", """{"icon":{"B":"AAEC"},"icons":{"BS":["Ag==","AQ=="]},"_version":{"N":"1"}}"""),
            StreamEvents.Insert(400, "odd", """{"odd":{},"_version":{"N":"1"}}"""),
            StreamEvents.Remove(500, "express", """{"minimumTime":{"N":"2"},"_version":{"N":"6"}}"""),
            StreamEvents.Remove(600, "icon", """{"icon":{"B":"AAEC"},"_version":{"N":"1"}}"""));

        response.ShouldBe("""{"batchItemFailures":[]}""");
        Written().ShouldBe(
        [
            """delivery-classes express {"_version":5,"minimumTime":1,"name":"express"}""",
            """delivery-classes express {"_version":6,"minimumTime":2,"name":"express"}""",
            """delivery-classes by-hand é {"_version":0,"name":"by-hand é","none":null,"on":true,"tags":["a","b"],"x":{"l":[""]}}""",
            """delivery-classes icon {"_version":1,"icon":"AAEC","icons":["AQ==","Ag=="],"name":"icon"}""",
            """delivery-classes-dead-letters odd {"NewImage":{"odd":{},"_version":{"N":"1"},"name":{"S":"odd"}}}""",
            "delivery-classes express tombstone",
            "delivery-classes icon tombstone",
        ]);
        Encoding.UTF8.GetString(_writer.Written[4].Headers[0].Value.Span).ShouldBe("attribute 'odd' is of no known type");
        _writer.Written[4].Topic.ShouldBe("delivery-classes-dead-letters");
    }

    [Fact]
    public async Task WriteFails_ResponseNamesTheFirstFailedRecord()
    {
        _writer.Answer = record => new WriteResult(Encoding.UTF8.GetString(record.Key!.Value.Span) == "b" ? WriteOutcome.Failed : WriteOutcome.Written, "broker down");
        (await InvokeAsync(StreamEvents.Insert(1, "a", "{}"), StreamEvents.Insert(2, "b", "{}"), StreamEvents.Insert(3, "b", "{}")))
            .ShouldBe("""{"batchItemFailures":[{"itemIdentifier":"2"}]}""");
    }

    [Fact]
    public async Task NoTimeLeft_NothingIsLost() =>
        (await InvokeAsync(TimeSpan.Zero, StreamEvents.Insert(1, "a", "{}"))).ShouldBe("""{"batchItemFailures":[{"itemIdentifier":"1"}]}""");

    [Fact]
    public async Task RowNested32Levels_IsPublished()
    {
        var nested = string.Concat(Enumerable.Repeat("""{"L":[""", 32)) + """{"S":"deep"}""" + string.Concat(Enumerable.Repeat("]}", 32));
        (await InvokeAsync(StreamEvents.Insert(1, "a", """{"x":""" + nested + "}"))).ShouldBe("""{"batchItemFailures":[]}""");
        Written().ShouldBe(["""delivery-classes a {"_version":0,"name":"a","x":""" + new string('[', 32) + "\"deep\"" + new string(']', 32) + "}"]);
    }

    [Fact]
    public async Task KeyThatIsNoText_IsDeadLetteredWithoutKey()
    {
        var record = StreamEvents.Insert(1, "a", "{}");
        record["dynamodb"]!["Keys"] = JsonNode.Parse("""{"name":{"N":"5"}}""");
        await InvokeAsync(record);
        Written().Single().ShouldStartWith("delivery-classes-dead-letters - {");
    }

    [Theory]
    [InlineData("arn:aws:dynamodb:eu-west-1:1:table/other-delivery-classes/stream/x")]
    [InlineData("arn:aws:dynamodb:eu-west-1:1:table/prod-/stream/x")]
    [InlineData("arn:aws:sqs:eu-west-1:1:queue")]
    [InlineData("")]
    public async Task OtherSource_Throws(string arn)
    {
        var record = StreamEvents.Insert(1, "a", "{}");
        record["eventSourceARN"] = arn;
        await Should.ThrowAsync<InvalidRequestException>(() => InvokeAsync(record));
        _writer.Calls.ShouldBe(0);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Records":[]}""")]
    public async Task EmptyEvent_EmptyResponse(string json) =>
        StreamEvents.Text(await Function().HandleAsync(StreamEvents.Parse(json), new TestLambdaContext())).ShouldBe("""{"batchItemFailures":[]}""");

    private Task<string> InvokeAsync(params JsonNode[] records) => InvokeAsync(TimeSpan.FromSeconds(60), records);

    private async Task<string> InvokeAsync(TimeSpan remaining, params JsonNode[] records) =>
        StreamEvents.Text(await Function().HandleAsync(StreamEvents.Event(records), new TestLambdaContext { RemainingTime = remaining }));

    private PublishReference Function() => new(
        new ReferencePublisher(_writer, NullLogger<ReferencePublisher>.Instance), new EntitySyncSettings { ReferenceTablePrefix = "prod-" }, TimeProvider.System, NullLogger<PublishReference>.Instance);

    private IEnumerable<string> Written() => _writer.Written.Select(record =>
        $"{record.Topic} {(record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : "-")} {(record.Value is { } value ? Shown(record, value) : "tombstone")}");

    private static string Shown(OutgoingRecord record, ReadOnlyMemory<byte> value)
    {
        if (!record.Topic.EndsWith("-dead-letters", StringComparison.Ordinal)) return Encoding.UTF8.GetString(value.Span);
        var image = JsonNode.Parse(value.Span)!["NewImage"]!;
        return new JsonObject { ["NewImage"] = image.DeepClone() }.ToJsonString();
    }
}

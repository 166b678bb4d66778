using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.DynamoDBEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Errors;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Tests.Reconciliation;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

/// <summary>Events of the table's stream as Lambda sends them, through the serializer that the functions run with.</summary>
public sealed class PublishCompletedTests
{
    private readonly ReconciliationRig _rig = new();
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    [Fact]
    public async Task BothTransitions_AreWritten_WhateverElseTheStreamBrings()
    {
        var response = await InvokeAsync(
            Record(100, null, Image("o-1", "open", 1)),
            Record(200, Image("o-1", "open", 1), Image("o-1", "open", 2)),
            Record(300, Image("o-1", "open", 2), Image("o-1", "complete", 3, complete: true)),
            Record(400, Image("o-1", "complete", 3), Image("o-1", "complete", 4, complete: true)),
            Record(500, Image("o-2", "open", 1), Image("o-2", "overdue", 2)),
            Record(600, Image("o-2", "overdue", 2), Image("o-2", "overdue", 3)),
            Record(700, Image("o-2", "overdue", 3), Image("o-2", "complete", 4, complete: true)),
            Record(800, Image("o-3", "waiting", 1), Image("o-3", "open", 2)),
            Record(900, Image("o-3", "complete", 4), null));

        response.ShouldBe("""{"batchItemFailures":[]}""");
        _rig.Published("shipping").ShouldBe(
        [
            """o-1 {"orderId":"o-1","products":[{"id":"p-1"}],"manufactured":[{"orderId":"o-1","productId":"p-1"}]} order-shipping/o-1@3""",
            """o-2 {"orderId":"o-2","products":[{"id":"p-1"}],"manufactured":[{"orderId":"o-2","productId":"p-1"}]} order-shipping/o-2@4""",
        ]);
        _rig.Published("orders-overdue").ShouldHaveSingleItem().ShouldMatch("""^o-2 \{"entity":"order-shipping","id":"o-2","status":"overdue",.*"missing":\["p-1"\].*\} order-shipping/o-2@2$""");
        _rig.Writer.Written.Count.ShouldBe(3);
    }

    [Fact]
    public async Task WriteFails_ResponseNamesTheFirstFailedTransition()
    {
        _rig.Writer.Answer = record => new WriteResult(Encoding.UTF8.GetString(record.Key!.Value.Span) == "o-2" ? WriteOutcome.Failed : WriteOutcome.Written, "broker down");
        (await InvokeAsync(Complete(100, "o-1"), Record(150, Image("o-2", "open", 1), Image("o-2", "open", 2)), Complete(200, "o-2"), Complete(300, "o-3"))).ShouldBe("""{"batchItemFailures":[{"itemIdentifier":"200"}]}""");
        _rig.Writer.Answer = _ => new WriteResult(WriteOutcome.Written);
        (await InvokeAsync(Complete(200, "o-2"), Complete(300, "o-3"))).ShouldBe("""{"batchItemFailures":[]}""");
        _rig.Published("shipping").Select(record => record[(record.LastIndexOf(' ') + 1)..]).ShouldBe(
            ["order-shipping/o-1@2", "order-shipping/o-3@2", "order-shipping/o-2@2", "order-shipping/o-3@2"], "what came twice says the same of itself");
    }

    [Fact]
    public async Task NoTimeLeft_ThrowsSoThatAllComesAgain() =>
        await Should.ThrowAsync<TransientException>(() => Function().HandleAsync(Event(Complete(100, "o-1")), new TestLambdaContext { RemainingTime = TimeSpan.Zero }));

    [Fact]
    public async Task ItemOfSomebodyElse_IsNamed()
    {
        var record = Complete(100, "o-1");
        record["dynamodb"]!["NewImage"]!.AsObject().Remove("version");
        (await Should.ThrowAsync<InvalidRequestException>(() => InvokeAsync(record))).Message.ShouldBe("order-shipping/o-1: attribute 'version' is not what a reconciliation writes there.");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Records":[]}""")]
    public async Task EmptyEvent_EmptyResponse(string json)
    {
        (await InvokeAsync(json)).ShouldBe("""{"batchItemFailures":[]}""");
        _rig.Writer.Calls.ShouldBe(0);
    }

    private static JsonObject Complete(int sequence, string id) => Record(sequence, Image(id, "open", 1), Image(id, "complete", 2, complete: true));

    private static JsonObject Image(string id, string status, int version, bool complete = false)
    {
        var document = Base64("{\"orderId\":\"" + id + "\",\"products\":[{\"id\":\"p-1\"}]}");
        var image = JsonNode.Parse(
            """
            {"since":{"N":"1767225600"},"expiresAt":{"NULL":true},"expectedTopic":{"S":"orders"},"expectedPartition":{"N":"0"},"expectedOffset":{"N":"5"},
             "expectedTimestamp":{"N":"1767225600"},"dueAt":{"N":"1767398400.123"},"nextAt":{"N":"1767398400.123"}}
            """)!.AsObject();
        image["entityId"] = new JsonObject { ["S"] = $"order-shipping/{id}" };
        image["status"] = new JsonObject { ["S"] = status };
        image["statusPart"] = new JsonObject { ["S"] = $"order-shipping#{status}#1" };
        image["version"] = new JsonObject { ["N"] = $"{version}" };
        image["document"] = new JsonObject { ["B"] = document };
        if (status == "overdue") image["overdueAt"] = new JsonObject { ["N"] = "1767398460" };
        if (complete) image["a/p-1"] = Piece(Base64("{\"orderId\":\"" + id + "\",\"productId\":\"p-1\"}"));
        return image;
    }

    private static JsonObject Piece(string fields)
    {
        var piece = JsonNode.Parse("""{"at":{"S":"products-manufactured-0@3"},"timestamp":{"N":"1767225601"}}""")!.AsObject();
        piece["fields"] = new JsonObject { ["B"] = fields };
        return new JsonObject { ["M"] = piece };
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static JsonObject Record(int sequence, JsonObject? before, JsonObject? after)
    {
        var change = new JsonObject
        {
            ["ApproximateCreationDateTime"] = 1773342238,
            ["Keys"] = new JsonObject { ["entityId"] = (before ?? after)!["entityId"]!.DeepClone() },
            ["SequenceNumber"] = $"{sequence}",
            ["StreamViewType"] = "NEW_AND_OLD_IMAGES",
        };
        if (after is not null) change["NewImage"] = after;
        if (before is not null) change["OldImage"] = before;
        return new JsonObject
        {
            ["eventID"] = $"id-{sequence}",
            ["eventName"] = before is null ? "INSERT" : after is null ? "REMOVE" : "MODIFY",
            ["eventSource"] = "aws:dynamodb",
            ["dynamodb"] = change,
            ["eventSourceARN"] = "arn:aws:dynamodb:eu-west-1:123456789012:table/prod-reconciliations/stream/2026-01-01T00:00:00.000",
        };
    }

    private DynamoDBEvent Event(params JsonNode[] records) => Parse(new JsonObject { ["Records"] = new JsonArray(records) }.ToJsonString());

    private DynamoDBEvent Parse(string json)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        return _serializer.Deserialize<DynamoDBEvent>(stream);
    }

    private Task<string> InvokeAsync(params JsonNode[] records) => InvokeAsync(Event(records));

    private Task<string> InvokeAsync(string json) => InvokeAsync(Parse(json));

    private async Task<string> InvokeAsync(DynamoDBEvent streamEvent)
    {
        var response = await Function().HandleAsync(streamEvent, new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(60) });
        using var stream = new MemoryStream();
        _serializer.Serialize(response, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private PublishCompleted Function() => new(_rig.Publisher, TimeProvider.System, NullLogger<PublishCompleted>.Instance);
}

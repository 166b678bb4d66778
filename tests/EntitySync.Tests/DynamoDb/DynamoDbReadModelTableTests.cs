using System.Net;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Testing;

namespace EntitySync.Tests.DynamoDb;

/// <summary>What goes over the wire, partial answers and throttling; what the conditions mean is tested against DynamoDB Local.</summary>
public sealed class DynamoDbReadModelTableTests
{
    private const string Table = "prod-read-model-orders-v2";

    private static readonly ReadModelVersionId Version = new("orders", 2);
    private static readonly ReadModelRow Row = new("o-1", 7, new byte[] { 1 }, null, [], null);

    private readonly TestClock _clock = new();

    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task KeysLeftUnread_AreAskedForAgainAfterAPause()
    {
        var stub = new HttpStub((_, body) => Batch([.. KeysOf(body).Take(60)], [.. KeysOf(body).Skip(60)]));
        var reading = Rows(stub).ReadAsync(Version, [.. Enumerable.Range(0, 130).Select(i => $"k{i}")], None);
        await AdvanceUntilDoneAsync(reading);
        (await reading).Select(row => row!.Key).ShouldBe(Enumerable.Range(0, 130).Select(i => $"k{i}"));
        stub.Requests.Select(request => KeysOf(request.Body).Count).ShouldBe([100, 40, 30]);
        stub.Requests.ShouldAllBe(request => (bool)request.Body["RequestItems"]![Table]!["ConsistentRead"]!);
    }

    [Fact]
    public async Task LeftUnreadForever_IsTransient_AndBounded()
    {
        var stub = new HttpStub((_, body) => Batch([], KeysOf(body)));
        var reading = Rows(stub).ReadAsync(Version, ["a", "b"], None);
        await AdvanceUntilDoneAsync(reading);
        (await Should.ThrowAsync<TransientException>(() => reading)).Message.ShouldContain(Table);
        stub.Requests.Count.ShouldBe(9);
    }

    [Theory]
    [InlineData("ProvisionedThroughputExceededException")]
    [InlineData("ThrottlingException")]
    [InlineData("RequestLimitExceeded")]
    public async Task ThrottledWrite_IsTriedAgainWithPauses_ThenItIsTransient(string error)
    {
        var failures = 5;
        var stub = new HttpStub((_, _) => failures-- > 0 ? HttpStub.Error(error) : HttpStub.Ok(new JsonObject()));
        var writing = Rows(stub).WriteAsync(Version, Row, None);
        await AdvanceUntilDoneAsync(writing);
        (await writing).ShouldBe((true, null));
        stub.Requests.Select(request => request.Operation).ShouldBe(Enumerable.Repeat("PutItem", 6));

        var always = new HttpStub((_, _) => HttpStub.Error(error));
        writing = Rows(always).WriteAsync(Version, Row, None);
        await AdvanceUntilDoneAsync(writing);
        (await Should.ThrowAsync<TransientException>(() => writing)).Message.ShouldBe($"DynamoDB PutItem on table '{Table}' failed for now: {error}: because");
        always.Requests.Count.ShouldBe(9);
    }

    [Fact]
    public async Task RefusedWrite_BringsTheRowInItsAnswer_AndOnlyAnEmulatorIsAskedAgain()
    {
        var held = """{"rowKey":{"S":"o-1"},"revision":{"N":"9"},"facts":{"B":"AQI="},"document":{"S":"{}"},"i/byStatus":{"S":"x"},"i/byStatus/sort":{"N":"2"}}""";
        var stub = new HttpStub((_, _) => Refused(held));
        var (isWritten, row) = await Rows(stub).WriteAsync(Version, Row, None);
        (isWritten, row!.Revision, Convert.ToHexString(row.Facts.Span), row.Document!.Value.Length).ShouldBe((false, 9, "0102", 2));
        row.Indexes.ShouldBe([new RowIndexEntry("byStatus", "x", "2", true)]);
        var body = stub.Requests.ShouldHaveSingleItem().Body;
        ((string?)body["ReturnValuesOnConditionCheckFailure"], (string?)body["ConditionExpression"], body["ExpressionAttributeValues"]!.ToJsonString()).ShouldBe(("ALL_OLD", "#revision = :before", """{":before":{"N":"6"}}"""));

        var silent = new HttpStub((operation, _) => operation == "PutItem" ? Refused(null)
            : HttpStub.Ok(new JsonObject { ["Responses"] = new JsonObject { [Table] = new JsonArray(JsonNode.Parse(held)) } }));
        (await Rows(silent).WriteAsync(Version, Row, None)).ShouldBe((false, null));
        silent.Requests.Count.ShouldBe(1);
        (await Rows(silent, readsRefused: true).WriteAsync(Version, Row, None)).Held!.Revision.ShouldBe(9);
        silent.Requests.Select(request => request.Operation).ShouldBe(["PutItem", "PutItem", "BatchGetItem"]);
    }

    [Fact]
    public async Task NoSuchTable_TheVersionIsGone()
    {
        var rows = Rows(new HttpStub((_, _) => HttpStub.Error("ResourceNotFoundException")));
        (await Should.ThrowAsync<VersionGoneException>(() => rows.WriteAsync(Version, Row, None))).Message.ShouldContain("orders v2");
        await Should.ThrowAsync<VersionGoneException>(() => rows.ReadAsync(Version, ["a"], None));
        await Should.ThrowAsync<VersionGoneException>(() => rows.ListAsync(Version, new RowQuery(null, null, null, null, false, 1, null), None));
    }

    [Theory]
    [InlineData("TransactionConflictException")]
    [InlineData("InternalServerError")]
    public async Task FailureForNow_IsTransient(string error) => await Should.ThrowAsync<TransientException>(() => Rows(new HttpStub((_, _) => HttpStub.Error(error))).WriteAsync(Version, Row, None));

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("ValidationException")]
    public async Task RefusalForGood_IsInvalid(string error) => await Should.ThrowAsync<InvalidRequestException>(() => Rows(new HttpStub((_, _) => HttpStub.Error(error))).WriteAsync(Version, Row, None));

    [Fact]
    public async Task ItemTooLarge_IsNotEvenSent_AndIsNamedWhenDynamoDbSaysSo()
    {
        var stub = new HttpStub((_, _) => (HttpStatusCode.BadRequest, """{"__type":"com.amazon.coral.validate#ValidationException","message":"Item size has exceeded the maximum allowed size"}"""));
        (await Should.ThrowAsync<RowTooLargeException>(() => Rows(stub).WriteAsync(Version, Row with { Facts = new byte[409_600] }, None))).Message
            .ShouldBe("Row 'o-1' of orders v2 would take 409624 bytes of the 409600 that an item may have: a document of 0 bytes, and 409600 bytes of what it is made of.");
        stub.Requests.ShouldBeEmpty();
        await Should.ThrowAsync<RowTooLargeException>(() => Rows(stub).WriteAsync(Version, Row, None));
    }

    [Fact]
    public async Task Query_NamesTheIndexAndItsEnds()
    {
        var stub = new HttpStub((_, _) => HttpStub.Ok(new JsonObject { ["Items"] = new JsonArray() }));
        await Rows(stub).ListAsync(Version, new RowQuery(new ReadModelIndex("byTotal", "status", "total", true), "x", "1", "2", true, 10, null), None);
        var body = stub.Requests.ShouldHaveSingleItem().Body.AsObject();
        body.ToJsonString().ShouldBe(JsonNode.Parse(
            """
            {"ExpressionAttributeNames":{"#key":"i/byTotal","#sort":"i/byTotal/sort"},"ExpressionAttributeValues":{":key":{"S":"x"},":from":{"N":"1"},":to":{"N":"2"}},
             "IndexName":"byTotal","KeyConditionExpression":"#key = :key AND #sort BETWEEN :from AND :to","Limit":10,"ScanIndexForward":false,"TableName":"prod-read-model-orders-v2"}
            """)!.ToJsonString());
    }

    [Fact]
    public async Task Cancelled_IsNotTransient()
    {
        using var time = new CancellationTokenSource();
        var stub = new HttpStub((_, _) =>
        {
            time.Cancel();
            return HttpStub.Error("ThrottlingException");
        });
        await Should.ThrowAsync<OperationCanceledException>(() => Rows(stub).WriteAsync(Version, Row, time.Token));
    }

    private static (HttpStatusCode Status, string Body) Refused(string? item)
    {
        var answer = new JsonObject { ["__type"] = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", ["message"] = "The conditional request failed" };
        if (item is not null) answer["Item"] = JsonNode.Parse(item);
        return (HttpStatusCode.BadRequest, answer.ToJsonString());
    }

    private static List<string> KeysOf(JsonNode body) => [.. body["RequestItems"]![Table]!["Keys"]!.AsArray().Select(key => (string)key!["rowKey"]!["S"]!)];

    private static (HttpStatusCode Status, string Body) Batch(List<string> found, List<string> left)
    {
        var answer = new JsonObject { ["Responses"] = new JsonObject { [Table] = new JsonArray([.. found.Select(Item)]) }, ["UnprocessedKeys"] = new JsonObject() };
        if (left.Count > 0) answer["UnprocessedKeys"]![Table] = new JsonObject { ["ConsistentRead"] = true, ["Keys"] = new JsonArray([.. left.Select(Key)]) };
        return HttpStub.Ok(answer);
    }

    private static JsonObject Key(string key) => new() { ["rowKey"] = new JsonObject { ["S"] = key } };

    private static JsonObject Item(string key)
    {
        var item = Key(key);
        item["revision"] = new JsonObject { ["N"] = "1" };
        item["facts"] = new JsonObject { ["B"] = "AQ==" };
        return item;
    }

    private DynamoDbReadModelTable Rows(HttpStub stub, bool readsRefused = false)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = "http://stub.invalid", AuthenticationRegion = "eu-west-1", HttpClientFactory = stub, MaxErrorRetry = 0 };
        return new DynamoDbReadModelTable(new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config), "prod-read-model-", _clock, readsRefused);
    }

    // The pauses are the table's, on the test's clock.
    private async Task AdvanceUntilDoneAsync(Task task)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!task.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            if (_clock.WaitingTimers > 0) _clock.Advance(TimeSpan.FromSeconds(3));
            await Task.Yield();
        }
    }
}

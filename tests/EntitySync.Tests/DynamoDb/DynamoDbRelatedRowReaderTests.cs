using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.DynamoDb;

public sealed class DynamoDbRelatedRowReaderTests
{
    private const string Table = "prod-delivery-classes";
    private readonly TestClock _clock = new();

    [Fact]
    public async Task MoreThan100Keys_OneConsistentRequestA100()
    {
        var stub = new HttpStub((_, body) => Batch(KeysOf(body), []));
        var rows = await ReadAsync(stub, Keys(250));
        rows.Select(row => row.Key).ShouldBe(Keys(250));
        rows[3].ShouldBe(new RelatedRow("delivery-classes", "class-3", 5, rows[3].Json));
        Encoding.UTF8.GetString(rows[3].Json.Span).ShouldBe("""{"minimumTime":7,"name":"class-3"}""");
        stub.Requests.Select(request => (request.Operation, KeysOf(request.Body).Count, (bool)request.Body["RequestItems"]![Table]!["ConsistentRead"]!))
            .ShouldBe([("BatchGetItem", 100, true), ("BatchGetItem", 100, true), ("BatchGetItem", 50, true)]);
    }

    [Fact]
    public async Task AbsentRows_AreSimplyNotThere()
    {
        var stub = new HttpStub((_, body) => Batch([.. KeysOf(body).Where(key => key != "class-1")], []));
        (await ReadAsync(stub, Keys(3))).Select(row => row.Key).ShouldBe(["class-0", "class-2"]);
    }

    [Fact]
    public async Task KeysThatNoRowCanHave_AreNotAskedFor()
    {
        var stub = new HttpStub((_, body) => Batch(KeysOf(body), []));
        (await ReadAsync(stub, ["", "express", new string('x', 2049)])).Select(row => row.Key).ShouldBe(["express"]);
        KeysOf(stub.Requests.ShouldHaveSingleItem().Body).ShouldBe(["express"]);
        (await ReadAsync(stub, [""])).ShouldBeEmpty();
        stub.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task UnprocessedKeys_AreAskedForAgainAfterAPause()
    {
        var stub = new HttpStub((_, body) => Batch([.. KeysOf(body).Take(40)], [.. KeysOf(body).Skip(40)]));
        var reading = ReadAsync(stub, Keys(100));
        await AdvanceUntilDoneAsync(reading);
        (await reading).Select(row => row.Key).ShouldBe(Keys(100));
        stub.Requests.Select(request => KeysOf(request.Body).Count).ShouldBe([100, 60, 20]);
    }

    [Fact]
    public async Task UnprocessedForever_IsTransient_AndBounded()
    {
        var stub = new HttpStub((_, body) => Batch([], KeysOf(body)));
        var reading = ReadAsync(stub, Keys(2));
        await AdvanceUntilDoneAsync(reading);
        (await Should.ThrowAsync<TransientException>(() => reading)).Message.ShouldContain(Table);
        stub.Requests.Count.ShouldBe(9);
    }

    [Fact]
    public async Task Throttled_TheClientTriesAgain_ThenItIsTransient()
    {
        var failures = 2;
        var stub = new HttpStub((_, body) => failures-- > 0 ? HttpStub.Error("ProvisionedThroughputExceededException") : Batch(KeysOf(body), []));
        (await ReadAsync(stub, Keys(1))).Count.ShouldBe(1);

        var always = new HttpStub((_, _) => HttpStub.Error("ProvisionedThroughputExceededException"));
        var exception = await Should.ThrowAsync<TransientException>(() => ReadAsync(always, Keys(1)));
        exception.Message.ShouldBe($"DynamoDB BatchGetItem on table '{Table}' failed for now: ProvisionedThroughputExceededException: because");
        always.Requests.Count.ShouldBe(3, "the first try and the client's retries");
    }

    [Fact]
    public async Task NoSuchTable_IsInvalid()
    {
        var stub = new HttpStub((_, _) => HttpStub.Error("ResourceNotFoundException"));
        (await Should.ThrowAsync<InvalidRequestException>(() => ReadAsync(stub, Keys(1)))).Message.ShouldContain(Table);
        (await Should.ThrowAsync<InvalidRequestException>(() => Reader(stub).ReadAsync("labels", ["x"], CancellationToken.None))).Message.ShouldContain("labels");
    }

    [Fact]
    public async Task RowThatJsonCannotExpress_IsUnusableAndTheOthersAreRead()
    {
        var stub = new HttpStub((_, _) => HttpStub.Ok(new JsonObject
        {
            ["Responses"] = new JsonObject { [Table] = new JsonArray(
                new JsonObject { ["name"] = Text("class-0"), ["icon"] = new JsonObject() },
                new JsonObject { ["name"] = Text("class-1") }) },
        }));
        (await ReadAsync(stub, Keys(2))).Select(row => (row.Key, row.Unusable)).ShouldBe(
            [("class-0", "attribute 'icon' is of no known type"), ("class-1", null)]);
    }

    [Fact]
    public async Task Cancelled_IsNotTransient()
    {
        using var time = new CancellationTokenSource();
        var stub = new HttpStub((_, body) =>
        {
            time.Cancel();
            return Batch([], KeysOf(body));
        });
        await Should.ThrowAsync<OperationCanceledException>(() => Reader(stub).ReadAsync("delivery-classes", Keys(1), time.Token));
    }

    private Task<IReadOnlyList<RelatedRow>> ReadAsync(HttpStub stub, IReadOnlyCollection<string> keys) => Reader(stub).ReadAsync("delivery-classes", keys, CancellationToken.None);

    private DynamoDbRelatedRowReader Reader(HttpStub stub)
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = "http://stub.invalid", AuthenticationRegion = "eu-west-1", HttpClientFactory = stub, MaxErrorRetry = 2 };
        var client = new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), config);
        return new DynamoDbRelatedRowReader(client, new ReferenceTableCatalog(new EntityCatalog([SampleDefinitions.Item()])), new EntitySyncSettings { ReferenceTablePrefix = "prod-" }, _clock);
    }

    // The pauses are the reader's, on the test's clock.
    private async Task AdvanceUntilDoneAsync(Task reading)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!reading.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            if (_clock.WaitingTimers > 0) _clock.Advance(TimeSpan.FromSeconds(3));
            await Task.Yield();
        }
    }

    private static string[] Keys(int count) => [.. Enumerable.Range(0, count).Select(number => $"class-{number}")];

    private static List<string> KeysOf(JsonNode body) => [.. body["RequestItems"]![Table]!["Keys"]!.AsArray().Select(key => (string)key!["name"]!["S"]!)];

    private static (HttpStatusCode Status, string Body) Batch(List<string> found, List<string> unprocessed)
    {
        var answer = new JsonObject
        {
            ["Responses"] = new JsonObject { [Table] = new JsonArray([.. found.Select(key => new JsonObject { ["name"] = Text(key), ["minimumTime"] = Number(7), ["_version"] = Number(5) })]) },
            ["UnprocessedKeys"] = new JsonObject(),
        };
        if (unprocessed.Count > 0) answer["UnprocessedKeys"]![Table] = new JsonObject { ["ConsistentRead"] = true, ["Keys"] = new JsonArray([.. unprocessed.Select(key => new JsonObject { ["name"] = Text(key) })]) };
        return HttpStub.Ok(answer);
    }

    private static JsonObject Text(string text) => new() { ["S"] = text };

    private static JsonObject Number(int number) => new() { ["N"] = $"{number}" };
}

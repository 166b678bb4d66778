using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Reads;
using EntitySync.Functions;
using EntitySync.Testing;
using EntitySync.Tests.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

/// <summary>Event JSON in, response JSON out, through the serializer that the functions run with.</summary>
public sealed class ReadModelApiTests
{
    private const string Yaml = """
        kind: read-model
        readModel: orders-search
        topics:
          order-events: { key: orderId, events: [{ set: { status: status, total: total, placedAt: placedAt } }] }
        indexes:
          byStatus: { key: status, sort: placedAt }
          byTotal: { key: status, sort: { number: total } }
          byKey: { key: status }
        """;

    private static readonly ReadModelDefinition Definition = Load(Yaml);
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DefaultLambdaJsonSerializer _serializer = new();
    private readonly TestClock _clock = new(Start);
    private readonly InMemoryReadModelTable _table = new();
    private readonly InMemoryReadModelRegistry _registry = new();
    private readonly ReadModelApi _function;

    public ReadModelApiTests()
    {
        _function = Function(Definition);
        Switch(1, null, null, 1);
    }

    [Fact]
    public async Task Row_IsItsDocumentWithAStrongTag()
    {
        await PutAsync(1, "o/1 100%25", """{"status":"Placed","total":12.50}""");

        var answer = await GetAsync("orders-search", "o/1 100%25");

        (answer.Status, answer.Body).ShouldBe((200, """{"status":"Placed","total":12.50}"""));
        answer.Headers.ShouldBe(
            new Dictionary<string, string> { ["X-Content-Type-Options"] = "nosniff", ["Content-Type"] = "application/json", ["ETag"] = answer.Headers["ETag"], ["Cache-Control"] = "no-cache", ["Read-Model-Version"] = "1" }, ignoreOrder: true);
        answer.Headers["ETag"].ShouldMatch("^\"[0-9a-f]{32}\"$");
    }

    /// <summary>Among rows under all the others.</summary>
    [Theory]
    [MemberData(nameof(HostileRequestTests.Keys), MemberType = typeof(HostileRequestTests))]
    public async Task Row_IsFoundUnderExactlyItsKey(string key)
    {
        var keys = HostileRequestTests.Keys.Select(row => row.Data).Where(each => each.Length <= 1024).ToList();
        foreach (var (index, each) in keys.Index()) await PutAsync(1, each, $$"""{"number":{{index}}}""");

        var answer = await GetAsync("orders-search", key);

        if (keys.Contains(key)) (answer.Status, answer.Body).ShouldBe((200, $$"""{"number":{{keys.IndexOf(key)}}}"""));
        else answer.Status.ShouldBe(400);
    }

    [Fact]
    public async Task RowThatIsAsBefore_Is304()
    {
        await PutAsync(1, "o-1", """{"status":"Placed"}""");
        var tag = (await GetAsync("orders-search", "o-1")).Headers["ETag"];

        foreach (var known in new[] { tag, "W/" + tag, $"\"x\", {tag}", "*" })
        {
            var same = await SendAsync(Event("GET", "orders-search", "o-1", [], known));
            (same.Status, same.Body, same.Headers["ETag"]).ShouldBe((304, "", tag));
        }

        await PutAsync(1, "o-1", """{"status":"Shipped"}""", revision: 2);
        var changed = await SendAsync(Event("GET", "orders-search", "o-1", [], tag));
        (changed.Status, changed.Body, changed.Headers["ETag"] == tag).ShouldBe((200, """{"status":"Shipped"}""", false));
    }

    [Fact]
    public async Task RowThatIsNotThere_Is404()
    {
        await PutAsync(1, "o-1", null);

        await ProblemAsync(GetAsync("orders-search", "o-1"), 404, "There is no row 'o-1' in orders-search: no event of it came, or it was deleted.");
        await ProblemAsync(GetAsync("orders-search", "o-2"), 404, "There is no row 'o-2' in orders-search: no event of it came, or it was deleted.");
        await ProblemAsync(GetAsync("orders-saerch", "o-2"), 404, "read model 'orders-saerch' is not known; known: orders-search. Did you mean 'orders-search'?");
        await ProblemAsync(GetAsync("orders-search", new string('ä', 513)), 400, "A key has 1 to 1024 bytes in UTF-8.");
    }

    [Fact]
    public async Task Head_IsTheSameWithoutBody()
    {
        await PutAsync(1, "o-1", """{"status":"Placed"}""");
        var got = await GetAsync("orders-search", "o-1");

        var head = await SendAsync(Event("HEAD", "orders-search", "o-1"));

        (head.Status, head.Body).ShouldBe((200, ""));
        head.Headers.ShouldBe(got.Headers);
    }

    [Fact]
    public async Task OtherMethodsAndPaths()
    {
        var put = await SendAsync(Event("PUT", "orders-search", "o-1"));
        (put.Status, put.Headers["Allow"], JsonNode.Parse(put.Body)!["detail"]!.ToString()).ShouldBe((405, "GET, HEAD", "Read models are only read here: GET, HEAD."));
        await ProblemAsync(SendAsync("""{"version":"2.0","rawPath":"/v1/elsewhere","requestContext":{"http":{"method":"GET"}}}"""), 404, "No such resource.");
        (await SendAsync("""{"version":"2.0","rawPath":"/v1/read-models/orders-search/o%2F1","requestContext":{"http":{"method":"GET"}}}""")).Body.ShouldContain("There is no row 'o/1'");
    }

    [Fact]
    public async Task IndexList_GoesPageByPageInItsOrder()
    {
        for (var i = 0; i < 5; i++) await PutAsync(1, $"o-{i}", $$"""{"n":{{i}}}""", 1, new RowIndexEntry("byStatus", i == 2 ? "Placed" : "Shipped", $"2026-01-0{9 - i}"));

        var first = await ListAsync(("index", "byStatus"), ("key", "Shipped"), ("limit", "3"));
        var token = first["nextPageToken"]!.ToString();
        first.Remove("nextPageToken");
        first.ToJsonString().ShouldBe(
            """{"readModel":"orders-search","version":1,"index":"byStatus","key":"Shipped","items":[{"key":"o-4","row":{"n":4}},{"key":"o-3","row":{"n":3}},{"key":"o-1","row":{"n":1}}]}""");
        Keys(await ListAsync(("index", "byStatus"), ("key", "Shipped"), ("limit", "3"), ("pageToken", token))).ShouldBe(["o-0"]);
        Keys(await ListAsync(("index", "byStatus"), ("key", "Shipped"), ("order", "descending"))).ShouldBe(["o-0", "o-1", "o-3", "o-4"]);
        Keys(await ListAsync(("index", "byStatus"), ("key", "Shipped"), ("from", "2026-01-06"), ("to", "2026-01-08"))).ShouldBe(["o-3", "o-1"]);
        Keys(await ListAsync(("index", "byStatus"), ("key", "Delivered"))).ShouldBeEmpty();
    }

    [Fact]
    public async Task IndexListByNumber_TakesItsEndsAsNumbers()
    {
        foreach (var (key, total) in new[] { ("o-1", "9"), ("o-2", "12.5"), ("o-3", "100") }) await PutAsync(1, key, "{}", 1, new RowIndexEntry("byTotal", "Placed", total, true));

        Keys(await ListAsync(("index", "byTotal"), ("key", "Placed"))).ShouldBe(["o-1", "o-2", "o-3"]);
        Keys(await ListAsync(("index", "byTotal"), ("key", "Placed"), ("from", "1.250e1"), ("to", "100.0"))).ShouldBe(["o-2", "o-3"]);
        await ProblemAsync(GetAsync("orders-search", null, ("index", "byTotal"), ("key", "Placed"), ("from", "ten")), 400, "from is 'ten'; index 'byTotal' is in the order of numbers.");
        await ProblemAsync(GetAsync("orders-search", null, ("index", "byTotal"), ("key", "Placed"), ("to", "1x")), 400, "to is '1x'; index 'byTotal' is in the order of numbers.");
    }

    [Fact]
    public async Task AllRows_AreListedWithoutTheDeletedOnes()
    {
        await PutAsync(1, "o-1", """{"a":1}""");
        await PutAsync(1, "o-2", null);
        await PutAsync(1, "o-3", """{"a":3}""");

        (await ListAsync(("list", "rows"))).ToJsonString().ShouldBe("""{"readModel":"orders-search","version":1,"items":[{"key":"o-1","row":{"a":1}},{"key":"o-3","row":{"a":3}}]}""");
    }

    [Fact]
    public async Task ListThatIsAsBefore_Is304()
    {
        await PutAsync(1, "o-1", """{"a":1}""");
        var tag = (await GetAsync("orders-search", null, ("list", "rows"))).Headers["ETag"];

        (await SendAsync(Event("GET", "orders-search", null, [("list", "rows")], tag))).Status.ShouldBe(304);
    }

    /// <summary>A function answers 6 MB at most, in base64 4.5 MB of JSON.</summary>
    [Fact]
    public async Task ListOfLargeRows_IsCutToWhatAnAnswerHolds_WithoutLosingARow()
    {
        for (var i = 0; i < 25; i++) await PutAsync(1, $"o-{i:00}", $$"""{"text":"{{new string('x', 390_000)}}"}""");

        var found = new List<string>();
        (string, string)[] next = [];
        do
        {
            var answer = await GetAsync("orders-search", null, [("list", "rows"), ("limit", "500"), .. next]);
            answer.Headers["Encoding"].ShouldBe("base64");
            answer.Length.ShouldBeLessThan(6_000_000);
            var page = JsonNode.Parse(answer.Body)!.AsObject();
            found.AddRange(Keys(page));
            next = page["nextPageToken"] is { } token ? [("pageToken", token.ToString())] : [];
        }
        while (next.Length > 0);

        found.ShouldBe(Enumerable.Range(0, 25).Select(i => $"o-{i:00}"));
    }

    [Theory]
    [InlineData("index=byStatus", "The list of an index is of one value: &key=VALUE.")]
    [InlineData("key=Shipped", "Say which list: ?index=NAME&key=VALUE, or ?list=rows for all rows.")]
    [InlineData("index=byState&key=Shipped", "There is no index 'byState'; there are: byStatus, byTotal, byKey.")]
    [InlineData("index=byStatus&key=", "key is empty.")]
    [InlineData("index=byStatus&key=a&from=", "from is empty.")]
    [InlineData("index=byStatus&key=a&order=down", "order is 'down'; ascending or descending is expected.")]
    [InlineData("index=byStatus&key=a&limit=0", "limit is '0'; a whole number from 1 to 500 is expected.")]
    [InlineData("index=byStatus&key=a&limit=501", "limit is '501'; a whole number from 1 to 500 is expected.")]
    [InlineData("index=byStatus&key=a&page=2", "'page' is no parameter of a list; there are index, key, from, to, order, list, limit and pageToken.")]
    [InlineData("index=byStatus&key=a&pageToken=x", "The page token is none that was given out for this list.")]
    [InlineData("list=all", "list is 'all'; rows is expected.")]
    [InlineData("list=rows&index=byStatus", "list=rows lists all rows and index those of one value: one of them.")]
    [InlineData("list=rows&from=a", "key, from and to are for the list of an index: ?index=NAME&key=VALUE.")]
    [InlineData("list=rows&order=descending", "The list of all rows has no order.")]
    public async Task WrongParameter_Is400(string query, string detail) =>
        await ProblemAsync(GetAsync("orders-search", null, [.. query.Split('&').Select(pair => (pair.Split('=')[0], pair.Split('=')[1]))]), 400, detail);

    [Fact]
    public async Task Alias_IsReadEveryFiveSeconds()
    {
        await PutAsync(1, "o-1", """{"v":1}""");
        await PutAsync(2, "o-1", """{"v":2}""");
        (await GetAsync("orders-search", "o-1")).Body.ShouldBe("""{"v":1}""");

        Switch(2, 1, null, 1, 2);
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        (await GetAsync("orders-search", "o-1")).Body.ShouldBe("""{"v":1}""");
        _registry.Reads.ShouldBe(1);

        _clock.Advance(TimeSpan.FromSeconds(0.1));
        var switched = await GetAsync("orders-search", "o-1");
        (switched.Body, switched.Headers["Read-Model-Version"]).ShouldBe(("""{"v":2}""", "2"));
        _registry.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task VersionThatIsGone_IsLookedUpAgain()
    {
        await PutAsync(1, "o-1", """{"v":1}""", 1, new RowIndexEntry("byKey", "Placed", "o-1"));
        await PutAsync(2, "o-1", """{"v":2}""", 1, new RowIndexEntry("byKey", "Placed", "o-1"));
        (await GetAsync("orders-search", "o-1")).Body.ShouldBe("""{"v":1}""");

        Switch(2, null, null, 2);
        _table.Remove(Id(1));
        (await GetAsync("orders-search", "o-1")).Body.ShouldBe("""{"v":2}""");

        Switch(3, null, null, 3);
        await PutAsync(3, "o-1", """{"v":3}""", 1, new RowIndexEntry("byKey", "Placed", "o-1"));
        _table.Remove(Id(2));
        Keys(await ListAsync(("index", "byKey"), ("key", "Placed"))).ShouldBe(["o-1"]);

        _table.Remove(Id(3));
        var gone = await GetAsync("orders-search", "o-1");
        (gone.Status, gone.Headers["Retry-After"]).ShouldBe((503, "1"));
    }

    /// <summary>The table has the indexes of the definition it was made with.</summary>
    [Fact]
    public async Task IndexOfADefinitionThatIsNotBuiltYet_SaysSo()
    {
        var changed = Function(Load(Yaml.Replace("byKey: { key: status }", "byKey: { key: status }\n  byPlace: { key: placedAt }", StringComparison.Ordinal).Replace("  byTotal: { key: status, sort: { number: total } }\n", "", StringComparison.Ordinal)));
        await PutAsync(1, "o-1", "{}", 1, new RowIndexEntry("byTotal", "Placed", "9", true));

        await ProblemAsync(
            SendAsync(Event("GET", "orders-search", null, [("index", "byPlace"), ("key", "x")]), changed), 400,
            "Index 'byPlace' is in the definition that is deployed, and there once the read model is rebuilt; GET /read-models/orders-search says how.");
        Keys(JsonNode.Parse((await SendAsync(Event("GET", "orders-search", null, [("index", "byTotal"), ("key", "Placed")]), changed)).Body)!.AsObject()).ShouldBe(["o-1"]);
    }

    [Fact]
    public async Task State_SaysWhichVersionsThereAre()
    {
        var answer = await GetAsync("orders-search", null);

        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe(
            """{"readModel":"orders-search","liveVersion":1,"previousVersion":null,"buildingVersion":null,"versions":[{"version":1,"is":"live","isOfDeployedDefinition":true,"createdAt":"2026-01-01T00:00:00Z","switchedAt":"2026-01-01T00:00:00Z"}]"""
            + ""","rebuild":{"isNeeded":false,"isRunning":false,"stateMachine":"rebuild-read-model","input":{"readModel":"orders-search"},"partitions":[]}}""");
    }

    [Fact]
    public async Task State_SaysThatAChangedDefinitionNeedsARebuild_AndHow()
    {
        var changed = Function(Load(Yaml.Replace("status: status", "state: status, status: status", StringComparison.Ordinal)));

        var rebuild = JsonNode.Parse((await SendAsync(Event("GET", "orders-search", null), changed)).Body)!["rebuild"]!;

        (rebuild["isNeeded"]!.GetValue<bool>(), rebuild["message"]!.ToString(), rebuild["input"]!.ToJsonString()).ShouldBe(
            (true, "The definition has changed since version 1 was made; start the state machine to make rows and indexes those of the deployed definition.", """{"readModel":"orders-search"}"""));
        (await SendAsync("""{"version":"2.0","rawPath":"/v1/read-models","requestContext":{"http":{"method":"GET"}}}""", changed)).Body
            .ShouldBe("""{"readModels":[{"readModel":"orders-search","liveVersion":1,"rebuildNeeded":true}]}""");
    }

    [Fact]
    public async Task State_SaysThatAVersionBeganInTheMiddle()
    {
        var held = (await _registry.GetAsync("orders-search", CancellationToken.None))!;
        await _registry.SaveAsync(held with { Revision = held.Revision + 1, Versions = [held.Versions[0] with { BeganAt = "order-events-1@5000" }] }, CancellationToken.None);

        var rebuild = JsonNode.Parse((await GetAsync("orders-search", null)).Body)!["rebuild"]!;

        rebuild["isNeeded"]!.GetValue<bool>().ShouldBeTrue();
        rebuild["message"]!.ToString().ShouldStartWith("Version 1 has events from order-events-1@5000 on only,");
    }

    [Fact]
    public async Task State_ShowsARebuildUnderWay()
    {
        Switch(2, 1, 3, 1, 2, 3, 4);
        await _registry.SaveCheckpointAsync(Id(3), new FillCheckpoint("order-events", 1, 10, 30, 100, 15, false), CancellationToken.None);

        var state = JsonNode.Parse((await GetAsync("orders-search", null)).Body)!;

        state["versions"]!.AsArray().Select(version => $"{version!["version"]} {version["is"]}").ShouldBe(["1 previous", "2 live", "3 building", "4 being removed"]);
        state["rebuild"]!["isRunning"]!.GetValue<bool>().ShouldBeTrue();
        state["rebuild"]!["message"]!.ToString().ShouldBe("Version 3 is filled while version 2 answers; if the state machine failed, starting it again goes on where it stopped.");
        state["rebuild"]!["lastError"]!.ToString().ShouldBe("broken");
        state["rebuild"]!["partitions"]!.ToJsonString().ShouldBe("""[{"topic":"order-events","partition":1,"first":10,"next":30,"end":100,"events":15,"isCaughtUp":false}]""");
    }

    [Fact]
    public async Task ReadModelWithoutVersion_Is404_UntilTheFirstEventMakesIt()
    {
        var function = Function(Load(Yaml.Replace("readModel: orders-search", "readModel: orders-new", StringComparison.Ordinal)));

        await ProblemAsync(SendAsync(Event("GET", "orders-new", "o-1"), function), 404, "orders-new has no version yet: the first event makes it.");
        await ProblemAsync(SendAsync(Event("GET", "orders-new", null, [("list", "rows")]), function), 404, "orders-new has no version yet: the first event makes it.");
        JsonNode.Parse((await SendAsync(Event("GET", "orders-new", null), function)).Body)!["rebuild"]!["message"]!.ToString().ShouldBe("There is no version yet: the first event makes it.");
    }

    [Theory]
    [InlineData(false, 503)]
    [InlineData(true, 500)]
    public async Task TableOrRegistryFails(bool isForGood, int status)
    {
        Exception failure = isForGood ? new InvalidRequestException("no such table secret-name") : new TransientException("throttled secret-name");
        _table.Reading = (_, _) => throw failure;
        (await GetAsync("orders-search", "o-1")).ShouldSatisfyAllConditions(answer => answer.Status.ShouldBe(status), answer => answer.Body.ShouldNotContain("secret-name"));

        _registry.Calling = _ => throw failure;
        _clock.Advance(TimeSpan.FromSeconds(5));
        foreach (var key in new[] { "o-1", null })
            (await GetAsync("orders-search", key)).ShouldSatisfyAllConditions(answer => answer.Status.ShouldBe(status), answer => answer.Body.ShouldNotContain("secret-name"));
    }

    private static ReadModelDefinition Load(string yaml)
    {
        var result = DefinitionLoader.LoadText(yaml, "m.yaml");
        result.Problems.ShouldBeEmpty();
        return result.ReadModels.Single();
    }

    private static ReadModelVersionId Id(int number) => new("orders-search", number);

    private static List<string> Keys(JsonObject page) => [.. page["items"]!.AsArray().Select(item => item!["key"]!.ToString())];

    private static async Task ProblemAsync(Task<Answer> sent, int status, string detail)
    {
        var answer = await sent;
        (answer.Status, answer.Headers["Content-Type"], JsonNode.Parse(answer.Body)!["detail"]!.ToString()).ShouldBe((status, "application/problem+json", detail));
    }

    private ReadModelApi Function(ReadModelDefinition definition) =>
        new(new ReadModelCatalog([definition]), new LiveVersions(_registry, new CompiledReadModels(), _clock), _registry, _table, _clock, NullLogger<ReadModelApi>.Instance);

    /// <summary>Writes the alias, and makes tables of all versions.</summary>
    private void Switch(int live, int? previous, int? building, params int[] versions)
    {
        var revision = _registry.Find("orders-search")?.Revision ?? 0;
        var state = new ReadModelState(
            "orders-search", revision + 1, live, previous, building, versions.Max(), [.. versions.Select(number => new ReadModelVersion(number, Yaml, Definition.Fingerprint, Start, number == building ? null : Start))], building is null ? null : "broken");
        _registry.SaveAsync(state, CancellationToken.None).Result.ShouldBeTrue();
        foreach (var number in versions) _table.Create(Id(number));
    }

    private async Task PutAsync(int version, string key, string? document, long revision = 1, params RowIndexEntry[] indexes)
    {
        _table.Create(Id(version));
        var row = new ReadModelRow(key, revision, new byte[] { 1 }, document is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(document), indexes, null);
        (await _table.WriteAsync(Id(version), row, CancellationToken.None)).IsWritten.ShouldBeTrue();
    }

    private async Task<JsonObject> ListAsync(params (string Name, string Value)[] query)
    {
        var answer = await GetAsync("orders-search", null, query);
        answer.Status.ShouldBe(200, answer.Body);
        return JsonNode.Parse(answer.Body)!.AsObject();
    }

    private Task<Answer> GetAsync(string name, string? key, params (string Name, string Value)[] query) => SendAsync(Event("GET", name, key, query));

    private async Task<Answer> SendAsync(string json, ReadModelApi? function = null)
    {
        using var request = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var response = await (function ?? _function).HandleAsync(_serializer.Deserialize<APIGatewayHttpApiV2ProxyRequest>(request), new TestLambdaContext { RemainingTime = TimeSpan.FromSeconds(29) });
        using var sent = new MemoryStream();
        _serializer.Serialize(response, sent);
        var headers = new Dictionary<string, string>(response.Headers);
        if (response.IsBase64Encoded) headers["Encoding"] = "base64";
        return new Answer(response.StatusCode, headers, response.IsBase64Encoded ? Encoding.UTF8.GetString(Convert.FromBase64String(response.Body)) : response.Body ?? "", sent.Length);
    }

    private static string Event(string method, string name, string? key, (string Name, string Value)[]? query = null, string? ifNoneMatch = null)
    {
        var parameters = new JsonObject { ["name"] = name };
        if (key is not null) parameters["key"] = key;
        var sent = new JsonObject
        {
            ["version"] = "2.0",
            ["rawPath"] = "/v1/read-models",
            ["pathParameters"] = parameters,
            ["requestContext"] = new JsonObject { ["http"] = new JsonObject { ["method"] = method } },
        };
        if (ifNoneMatch is not null) sent["headers"] = new JsonObject { ["If-None-Match"] = ifNoneMatch };
        if (query is { Length: > 0 }) sent["queryStringParameters"] = new JsonObject(query.Select(pair => KeyValuePair.Create(pair.Name, (JsonNode?)pair.Value)));
        return sent.ToJsonString();
    }

    /// <param name="Length">Bytes of the whole response as the service gets it.</param>
    private sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body, long Length);
}

using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.ReadModels;
using EntitySync.Tests.ReadModels;

namespace EntitySync.IntegrationTests.ReadModels;

[Trait("Category", "Integration")]
public sealed class DynamoDbReadModelTableContractTests(LocalPartsFixture parts) : ReadModelTableContract, IDisposable
{
    private const string Prefix = "contract-";

    private readonly AmazonDynamoDBClient _client = parts.CreateDynamoDbClient();

    [Fact]
    public async Task Item_ShowsTheRowToAnyReader()
    {
        var table = await TableAsync();
        var row = Row("o-1", 1, "\u0001", """{"status":"Placed","total":1.50}""") with
        {
            Indexes = [new RowIndexEntry("byStatus", "Placed", "2026-01-01"), new RowIndexEntry("byTotal", "Placed", "1.50", true)],
        };
        await WriteAsync(table, row);

        var item = (await _client.GetItemAsync($"{Prefix}{Version.ReadModel}-v1", new() { ["rowKey"] = new("o-1") })).Item;
        item.Where(pair => pair.Key != "facts").ToDictionary(pair => pair.Key, pair => pair.Value.S ?? $"N {pair.Value.N}").ShouldBe(
            new Dictionary<string, string>
            {
                ["rowKey"] = "o-1", ["revision"] = "N 1", ["document"] = """{"status":"Placed","total":1.50}""",
                ["i/byStatus"] = "Placed", ["i/byStatus/sort"] = "2026-01-01", ["i/byTotal"] = "Placed", ["i/byTotal/sort"] = "N 1.5",
            },
            ignoreOrder: true);
        item["facts"].B.ToArray().ShouldBe([1]);
    }

    [Fact]
    public async Task ValuesThatNoIndexTakes_LeaveTheRowOutOfIt()
    {
        var table = await TableAsync();
        var number = new string('1', 39);
        await WriteAsync(table, Listed("a", new("byStatus", "", "1"), new("byKey", "x", ""), new("byTotal", "x", "1e126", true)));
        await WriteAsync(table, Listed("b", new("byStatus", new string('k', 2049), "1"), new("byKey", "x", new string('s', 1025)), new("byTotal", "x", number, true)));
        await WriteAsync(table, Listed("c", new("byStatus", new string('k', 2048), "1"), new("byKey", "x", new string('s', 1024)), new("byTotal", "x", number[1..], true)));

        (await ListAsync(table, ByKey, "x")).ShouldBe(["c"]);
        (await ListAsync(table, ByTotal, "x")).ShouldBe(["c"]);
        (await ListAsync(table, ByStatus, new string('k', 2048))).ShouldBe(["c"]);
        (await ListAsync(table, ByStatus, "")).ShouldBeEmpty();
        (await ListAsync(table, null, null)).Order(StringComparer.Ordinal).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task ListOfAnIndex_GoesOnInTheNextVersion()
    {
        var table = await TableAsync();
        var next = Version with { Number = 2 };
        await EnsureAsync(next);
        foreach (var key in new[] { "a", "b", "c" })
        {
            await WriteAsync(table, Listed(key, new RowIndexEntry("byKey", "x", key)));
            await table.WriteAsync(next, Listed(key, new RowIndexEntry("byKey", "x", key)), None);
        }

        var query = new RowQuery(ByKey, "x", null, null, false, 1, null);
        var token = (await table.ListAsync(Version, query, None)).PageToken;
        (await table.ListAsync(next, query with { PageToken = token, Limit = 9 }, None)).Rows.Select(row => row.Key).ShouldBe(["b", "c"]);

        var all = (await table.ListAsync(Version, query with { Index = null, Key = null }, None)).PageToken;
        (await Should.ThrowAsync<Core.Reconciliation.PageTokenException>(() => table.ListAsync(next, query with { Index = null, Key = null, PageToken = all }, None))).Message.ShouldContain("switched");
    }

    [Fact]
    public async Task LargeRows_MakeSmallPages()
    {
        var table = await TableAsync();
        var document = $$"""{"a":"{{new string('y', 350_000)}}"}""";
        var keys = Enumerable.Range(0, 16).Select(i => $"k{i:D2}").ToList();
        foreach (var key in keys) await WriteAsync(table, Row(key, 1, "f", document) with { Indexes = [new RowIndexEntry("byKey", "x", key)] });

        var page = await table.ListAsync(Version, new RowQuery(ByKey, "x", null, null, false, 50, null), None);
        page.Rows.Sum(row => row.Document.Length).ShouldBeInRange(4 * 1024 * 1024, 6 * 1024 * 1024 - 500_000, "what a function may answer");
        (await ListAsync(table, ByKey, "x")).ShouldBe(keys);
        (await ListAsync(table, null, null)).Order(StringComparer.Ordinal).ShouldBe(keys);
        (await table.ReadAsync(Version, keys, None)).Count(row => row is not null).ShouldBe(16);
    }

    [Fact]
    public async Task ScanOverDeletedRows_FindsWhatIsLeft()
    {
        var table = await TableAsync();
        for (var i = 0; i < 250; i++) await WriteAsync(table, Row($"d{i}", 1, "f", null) with { ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(100) });
        for (var i = 0; i < 3; i++) await WriteAsync(table, Row($"k{i}", 1, "f"));
        (await ListAsync(table, null, null, limit: 2)).Order(StringComparer.Ordinal).ShouldBe(["k0", "k1", "k2"]);
    }

    public void Dispose() => _client.Dispose();

    protected override async Task<IReadModelTable> TableAsync()
    {
        await EnsureAsync(Version);
        return new DynamoDbReadModelTable(_client, Prefix, TimeProvider.System, readsRefused: true);
    }

    private async Task EnsureAsync(ReadModelVersionId version)
    {
        var tables = new DynamoDbReadModelTables(_client, Prefix);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await tables.EnsureAsync(version, Indexes, deadline.Token)) await Task.Delay(50, deadline.Token);
    }
}

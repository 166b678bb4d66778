using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.ReadModels;
using EntitySync.Core.Reconciliation;

namespace EntitySync.Tests.ReadModels;

/// <summary>What every <see cref="IReadModelTable"/> promises.</summary>
public abstract class ReadModelTableContract
{
    protected static readonly ReadModelIndex ByStatus = new("byStatus", "status", "placedAt", false);
    protected static readonly ReadModelIndex ByTotal = new("byTotal", "status", "total", true);
    protected static readonly ReadModelIndex ByKey = new("byKey", "status", null, false);

    protected static readonly ImmutableArray<ReadModelIndex> Indexes = [ByStatus, ByTotal, ByKey];

    private static readonly DateTimeOffset Later = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The version whose table <see cref="TableAsync"/> makes.</summary>
    protected ReadModelVersionId Version { get; } = new($"orders-{Guid.NewGuid().ToString("N")[..8]}", 1);

    protected static CancellationToken None => CancellationToken.None;

    /// <returns>Rows of <see cref="Version"/>, with <see cref="Indexes"/>.</returns>
    protected abstract Task<IReadModelTable> TableAsync();

    [Fact]
    public async Task WrittenRows_AreReadInTheOrderOfTheKeys()
    {
        var table = await TableAsync();
        (await table.ReadAsync(Version, [], None)).ShouldBeEmpty();
        await WriteAsync(table, Row("ö/1#", 1, "f1", """{"a":"ü€😀"}"""));
        await WriteAsync(table, Row("b", 1, "f2", null) with { ExpiresAt = Later });
        (await ReadAsync(table, "b", "c", "ö/1#")).ShouldBe(
            ["b r1 f2 - [] expires 2026-02-01T00:00:00Z", "none", """ö/1# r1 f1 {"a":"ü€😀"} [] stays"""]);
    }

    [Fact]
    public async Task RowOfAnotherRevision_IsRefusedAndShown()
    {
        var table = await TableAsync();
        (await table.WriteAsync(Version, Row("a", 2, "f"), None)).ShouldBe((false, null));
        (await table.WriteAsync(Version, Row("a", 1, "f1"), None)).ShouldBe((true, null));
        foreach (var revision in new[] { 1, 3 })
        {
            var (isWritten, held) = await table.WriteAsync(Version, Row("a", revision, "other"), None);
            (isWritten, Describe(held)).ShouldBe((false, "a r1 f1 {} [] stays"));
        }

        (await table.WriteAsync(Version, Row("a", 2, "f2", null) with { ExpiresAt = Later }, None)).ShouldBe((true, null));
        (await ReadAsync(table, "a")).ShouldBe(["a r2 f2 - [] expires 2026-02-01T00:00:00Z"]);
        (await table.WriteAsync(Version, Row("a", 3, "f3"), None)).ShouldBe((true, null));
        (await ReadAsync(table, "a")).ShouldBe(["a r3 f3 {} [] stays"]);
    }

    [Fact]
    public async Task WritersAtTheSameTime_OneOfThemIsFirst()
    {
        var table = await TableAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => table.WriteAsync(Version, Row("a", 1, $"f{i}"), None))));
        results.Count(result => result.IsWritten).ShouldBe(1);
        results.Where(result => !result.IsWritten).Select(result => Describe(result.Held)).Distinct().ShouldBe(await ReadAsync(table, "a"));
    }

    [Fact]
    public async Task ManyKeys_AreReadAtOnce()
    {
        var table = await TableAsync();
        for (var i = 0; i < 5; i++) await WriteAsync(table, Row($"k-{i * 50}", 1, "f"));
        var keys = Enumerable.Range(0, 230).Select(i => $"k-{i}").ToList();
        var rows = await table.ReadAsync(Version, keys, None);
        rows.Select((row, i) => (row, i)).Where(pair => pair.row is not null).Select(pair => (pair.row!.Key, pair.i)).ShouldBe(Enumerable.Range(0, 5).Select(i => ($"k-{i * 50}", i * 50)));
    }

    [Fact]
    public async Task IndexOfTexts_ListsAKeyInOrder()
    {
        var table = await TableAsync();
        foreach (var (key, at) in new[] { ("a", "03"), ("b", "01"), ("c", "02"), ("d", "é"), ("e", "Z") }) await WriteAsync(table, Listed(key, new RowIndexEntry("byStatus", "Shipped", at)));
        await WriteAsync(table, Listed("x", new RowIndexEntry("byStatus", "Placed", "01")));
        await WriteAsync(table, Row("y", 1, "f"));

        (await ListAsync(table, ByStatus, "Shipped")).ShouldBe(["b", "c", "a", "e", "d"], "by the bytes of the texts");
        (await ListAsync(table, ByStatus, "Shipped", descending: true)).ShouldBe(["d", "e", "a", "c", "b"]);
        (await ListAsync(table, ByStatus, "Shipped", from: "02")).ShouldBe(["c", "a", "e", "d"]);
        (await ListAsync(table, ByStatus, "Shipped", to: "02")).ShouldBe(["b", "c"]);
        (await ListAsync(table, ByStatus, "Shipped", from: "02", to: "03")).ShouldBe(["c", "a"]);
        (await ListAsync(table, ByStatus, "Shipped", from: "03", to: "02")).ShouldBeEmpty();
        (await ListAsync(table, ByStatus, "shipped")).ShouldBeEmpty();
    }

    [Fact]
    public async Task IndexOfNumbers_OrdersByTheirValue()
    {
        var table = await TableAsync();
        foreach (var (key, total) in new[] { ("a", "10"), ("b", "9.5"), ("c", "-1"), ("d", "1e3"), ("e", "0.25") }) await WriteAsync(table, Listed(key, new RowIndexEntry("byTotal", "x", total, true)));
        (await ListAsync(table, ByTotal, "x")).ShouldBe(["c", "e", "b", "a", "d"]);
        (await ListAsync(table, ByTotal, "x", from: "9.50", to: "10")).ShouldBe(["b", "a"]);
        (await ListAsync(table, ByTotal, "x", from: "10", to: "9.5")).ShouldBeEmpty();
        (await ListAsync(table, ByTotal, "x", from: "1E1", descending: true)).ShouldBe(["d", "a"]);
    }

    [Fact]
    public async Task RowThatLeavesAnIndex_OrIsDeleted_IsListedNoMore()
    {
        var table = await TableAsync();
        await WriteAsync(table, Listed("a", new RowIndexEntry("byKey", "x", "a"), new RowIndexEntry("byStatus", "x", "1")));
        await WriteAsync(table, Listed("b", new RowIndexEntry("byKey", "x", "b")));
        await WriteAsync(table, Row("a", 2, "f") with { Indexes = [new RowIndexEntry("byStatus", "y", "1")] });
        await WriteAsync(table, Row("b", 2, "f", null) with { ExpiresAt = Later });

        (await ListAsync(table, ByKey, "x")).ShouldBeEmpty();
        (await ListAsync(table, ByStatus, "y")).ShouldBe(["a"]);
        (await ListAsync(table, null, null)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Pages_GoOnWhereTheOneBeforeEnded()
    {
        var table = await TableAsync();
        var keys = Enumerable.Range(0, 7).Select(i => $"k{i}").ToList();
        foreach (var key in keys) await WriteAsync(table, Listed(key, new RowIndexEntry("byKey", "x", key), new RowIndexEntry("byTotal", "x", "1", true)));
        await WriteAsync(table, Row("deleted", 1, "f", null) with { ExpiresAt = Later });

        (await ListAsync(table, ByKey, "x", limit: 3)).ShouldBe(keys);
        (await ListAsync(table, ByTotal, "x", limit: 2)).Order(StringComparer.Ordinal).ShouldBe(keys);
        (await ListAsync(table, ByTotal, "x", limit: 2, descending: true)).Order(StringComparer.Ordinal).ShouldBe(keys);
        (await ListAsync(table, null, null, limit: 2)).Order(StringComparer.Ordinal).ShouldBe(keys);
        var page = await table.ListAsync(Version, new RowQuery(ByKey, "x", "k1", null, false, 2, null), None);
        page.Rows.Select(row => (row.Key, Encoding.UTF8.GetString(row.Document.Span))).ShouldBe([("k1", "{}"), ("k2", "{}")]);
    }

    [Fact]
    public async Task PageToken_IsGoodForItsListOnly()
    {
        var table = await TableAsync();
        for (var i = 0; i < 4; i++) await WriteAsync(table, Listed($"k{i}", new RowIndexEntry("byKey", "x", $"k{i}")));
        var query = new RowQuery(ByKey, "x", null, null, false, 2, null);
        var token = (await table.ListAsync(Version, query, None)).PageToken.ShouldNotBeNull();
        RowQuery[] others =
        [
            query with { PageToken = token[..^4] }, query with { PageToken = "%%" }, query with { PageToken = "" }, query with { Key = "y", PageToken = token }, query with { IsDescending = true, PageToken = token },
            query with { From = "a", PageToken = token }, query with { Index = ByStatus, PageToken = token }, new RowQuery(null, null, null, null, false, 2, token),
        ];
        foreach (var other in others) await Should.ThrowAsync<PageTokenException>(() => table.ListAsync(Version, other, None), other.ToString());
        (await table.ListAsync(Version, query with { PageToken = token, Limit = 9 }, None)).Rows.Select(row => row.Key).ShouldBe(["k2", "k3"]);

        var all = (await table.ListAsync(Version, new RowQuery(null, null, null, null, false, 2, null), None)).PageToken.ShouldNotBeNull();
        await Should.ThrowAsync<PageTokenException>(() => table.ListAsync(Version, query with { PageToken = all }, None));
    }

    [Fact]
    public async Task RowOver400Kilobytes_IsRefused()
    {
        var table = await TableAsync();
        await WriteAsync(table, Row("a", 1, new string('x', 200_000), $$"""{"a":"{{new string('y', 200_000)}}"}"""));
        var refused = await Should.ThrowAsync<RowTooLargeException>(() => table.WriteAsync(Version, Row("a", 2, new string('x', 200_000), $$"""{"a":"{{new string('y', 210_000)}}"}"""), None));
        refused.Message.ShouldContain("'a'");
        (await table.ReadAsync(Version, ["a"], None))[0]!.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task VersionWithoutTable_IsGone()
    {
        var table = await TableAsync();
        var gone = Version with { Number = 9 };
        (await Should.ThrowAsync<VersionGoneException>(() => table.ReadAsync(gone, ["a"], None))).Message.ShouldContain(gone.ToString());
        await Should.ThrowAsync<VersionGoneException>(() => table.WriteAsync(gone, Row("a", 1, "f"), None));
        await Should.ThrowAsync<VersionGoneException>(() => table.ListAsync(gone, new RowQuery(null, null, null, null, false, 1, null), None));
        await Should.ThrowAsync<VersionGoneException>(() => table.ListAsync(gone, new RowQuery(ByKey, "x", null, null, false, 1, null), None));
    }

    protected static ReadModelRow Row(string key, long revision, string facts, string? document = "{}") =>
        new(key, revision, Encoding.UTF8.GetBytes(facts), document is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(document), [], null);

    protected static ReadModelRow Listed(string key, params RowIndexEntry[] entries) => Row(key, 1, "f") with { Indexes = entries };

    protected async Task WriteAsync(IReadModelTable table, ReadModelRow row) => (await table.WriteAsync(Version, row, None)).ShouldBe((true, null));

    protected async Task<List<string>> ReadAsync(IReadModelTable table, params string[] keys) => [.. (await table.ReadAsync(Version, keys, None)).Select(Describe)];

    /// <returns>Keys of all pages.</returns>
    protected async Task<List<string>> ListAsync(IReadModelTable table, ReadModelIndex? index, string? key, string? from = null, string? to = null, bool descending = false, int limit = 50)
    {
        var keys = new List<string>();
        string? token = null;
        do
        {
            var page = await table.ListAsync(Version, new RowQuery(index, key, from, to, descending, limit, token), None);
            page.Rows.Count.ShouldBeLessThanOrEqualTo(limit);
            keys.AddRange(page.Rows.Select(row => row.Key));
            token = page.PageToken;
        }
        while (token is not null);
        return keys;
    }

    protected static string Describe(ReadModelRow? row) => row is null ? "none"
        : $"{row.Key} r{row.Revision} {Encoding.UTF8.GetString(row.Facts.Span)} {(row.Document is { } document ? Encoding.UTF8.GetString(document.Span) : "-")} [{string.Join(", ", row.Indexes.Select(entry => entry.Index))}] "
            + (row.ExpiresAt is { } expiresAt ? $"expires {expiresAt:yyyy-MM-dd'T'HH:mm:ss'Z'}" : "stays");
}

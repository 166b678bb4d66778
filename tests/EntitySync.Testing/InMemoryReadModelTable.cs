using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.ReadModels;

namespace EntitySync.Testing;

/// <summary>
/// An <see cref="IReadModelTable"/> with the conditions of the real one and the size limit of its items. Counts what DynamoDB would count as requests. A version has a table once
/// <see cref="Create"/> was called. Thread-safe.
/// </summary>
/// <remarks>Nothing expires here by itself; <see cref="Expire"/> does what DynamoDB's TTL does some time later.</remarks>
public sealed class InMemoryReadModelTable : IReadModelTable
{
    /// <summary>400 KB, as DynamoDB's items.</summary>
    public const int MaximumBytes = 400 * 1024;

    private const int KeysOfARead = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<ReadModelVersionId, Dictionary<string, ReadModelRow>> _versions = [];
    private int _writes;
    private int _reads;
    private int _rowsRead;
    private int _refused;

    /// <summary>Write requests, refused ones too.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>Of <see cref="Writes"/>, those that a condition refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Requests that read rows (100 keys each, at most) or a page.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Keys that were asked for.</summary>
    public int RowsRead => Volatile.Read(ref _rowsRead);

    /// <summary>Awaited before rows are read; may throw what the real table throws.</summary>
    public Func<ReadModelVersionId, IReadOnlyList<string>, Task> Reading { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Awaited before a row is written; may throw what the real table throws.</summary>
    public Func<ReadModelVersionId, ReadModelRow, Task> Writing { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Told of each write with the row before it (null: none) and after it, under the table's lock.</summary>
    public Action<ReadModelVersionId, ReadModelRow?, ReadModelRow>? Written { get; set; }

    public IReadOnlyList<ReadModelVersionId> Versions
    {
        get
        {
            lock (_lock) return [.. _versions.Keys.OrderBy(version => version.ReadModel, StringComparer.Ordinal).ThenBy(version => version.Number)];
        }
    }

    /// <summary>Makes the version's table unless it is there.</summary>
    public void Create(ReadModelVersionId version)
    {
        lock (_lock) _versions.TryAdd(version, new Dictionary<string, ReadModelRow>(StringComparer.Ordinal));
    }

    public void Remove(ReadModelVersionId version)
    {
        lock (_lock) _versions.Remove(version);
    }

    /// <summary>Rows of a version, deleted ones too, by key (ordinal).</summary>
    /// <exception cref="VersionGoneException">It has no table.</exception>
    public IReadOnlyList<ReadModelRow> Rows(ReadModelVersionId version)
    {
        lock (_lock) return [.. Of(version).Values.OrderBy(row => row.Key, StringComparer.Ordinal)];
    }

    /// <exception cref="VersionGoneException">The version has no table.</exception>
    public ReadModelRow? Find(ReadModelVersionId version, string key)
    {
        lock (_lock) return Of(version).GetValueOrDefault(key);
    }

    /// <summary>Puts a row there as it is, whatever was there before: for damage.</summary>
    public void Damage(ReadModelVersionId version, ReadModelRow row)
    {
        lock (_lock) Of(version)[row.Key] = row;
    }

    /// <summary>Forgets a row.</summary>
    public void Forget(ReadModelVersionId version, string key)
    {
        lock (_lock) Of(version).Remove(key);
    }

    /// <summary>Deletes what has expired.</summary>
    public void Expire(DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var rows in _versions.Values)
            {
                foreach (var key in rows.Where(row => row.Value.ExpiresAt <= now).Select(row => row.Key).ToList()) rows.Remove(key);
            }
        }
    }

    public async Task<IReadOnlyList<ReadModelRow?>> ReadAsync(ReadModelVersionId version, IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Add(ref _reads, (keys.Count + KeysOfARead - 1) / KeysOfARead);
        Interlocked.Add(ref _rowsRead, keys.Count);
        await Reading(version, keys);
        var found = new ReadModelRow?[keys.Count];
        lock (_lock)
        {
            var rows = Of(version);
            for (var i = 0; i < found.Length; i++) found[i] = rows.GetValueOrDefault(keys[i]);
        }

        return found;
    }

    public async Task<(bool IsWritten, ReadModelRow? Held)> WriteAsync(ReadModelVersionId version, ReadModelRow row, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _writes);
        await Writing(version, row);
        if (SizeOf(row) is > MaximumBytes and var size)
            throw new RowTooLargeException($"row '{row.Key}' would have {size} bytes with a document of {row.Document?.Length ?? 0} bytes; the table takes {MaximumBytes}");
        // The caller may reuse its buffers.
        var copy = row with { Facts = row.Facts.ToArray(), Document = row.Document is { } document ? (ReadOnlyMemory<byte>?)document.ToArray() : null, Indexes = [.. row.Indexes] };
        lock (_lock)
        {
            var rows = Of(version);
            var held = rows.GetValueOrDefault(row.Key);
            if ((held?.Revision ?? 0) != row.Revision - 1)
            {
                Interlocked.Increment(ref _refused);
                return (false, held);
            }

            rows[row.Key] = copy;
            Written?.Invoke(version, held, copy);
            return (true, null);
        }
    }

    public Task<RowPage> ListAsync(ReadModelVersionId version, RowQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _reads);
        List<ListedEntry> entries;
        lock (_lock) entries = [.. Of(version).Values.SelectMany(row => EntriesOf(row, query))];
        return Task.FromResult(RowPages.Of(version, query, entries));
    }

    private Dictionary<string, ReadModelRow> Of(ReadModelVersionId version) =>
        _versions.TryGetValue(version, out var rows) ? rows : throw new VersionGoneException($"{version} has no table.");

    private static IEnumerable<ListedEntry> EntriesOf(ReadModelRow row, RowQuery query)
    {
        if (row.Document is not { } document) return [];
        if (query.Index is null) return [new ListedEntry(row.Key, row.Key, document)];
        return row.Indexes.Where(entry => entry.Index == query.Index.Name && entry.Key == query.Key).Select(entry => new ListedEntry(entry.Sort, row.Key, document));
    }

    // About what DynamoDB counts: names and values in UTF-8, numbers by their digits.
    private static long SizeOf(ReadModelRow row) =>
        100L + Encoding.UTF8.GetByteCount(row.Key) + row.Facts.Length + (row.Document?.Length ?? 0)
        + row.Indexes.Sum(entry => (2 * entry.Index.Length) + 4 + Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Sort));
}

/// <param name="Sort">What orders it.</param>
internal sealed record ListedEntry(string Sort, string Key, ReadOnlyMemory<byte> Document);

/// <summary>Pages of a list in memory. A token is bound to its list: version, index, value, bounds, direction.</summary>
internal static class RowPages
{
    public static RowPage Of(ReadModelVersionId version, RowQuery query, List<ListedEntry> entries)
    {
        var order = Comparer<ListedEntry>.Create((a, b) => (query.IsDescending ? -1 : 1) * Compare(query.Index, a, b));
        var list = $"{version} {query.Index?.Name} {query.Key} {query.From} {query.To} {query.IsDescending}";
        var found = entries
            .Where(entry => (query.From is null || CompareSorts(query.Index, entry.Sort, query.From) >= 0) && (query.To is null || CompareSorts(query.Index, entry.Sort, query.To) <= 0))
            .Order(order);
        var rest = query.PageToken is { } token && Parse(token, list) is { } last ? found.Where(entry => order.Compare(entry, last) > 0) : found;
        var page = rest.Take(query.Limit + 1).ToList();
        if (page.Count <= query.Limit) return Page(page, null);
        page.RemoveAt(query.Limit);
        return Page(page, Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes<string[]>([list, page[^1].Sort, page[^1].Key])));
    }

    private static RowPage Page(List<ListedEntry> page, string? token) => new(page.ConvertAll(entry => new ListedRow(entry.Key, entry.Document)), token);

    private static int Compare(ReadModelIndex? index, ListedEntry one, ListedEntry other) =>
        CompareSorts(index, one.Sort, other.Sort) is not 0 and var bySort ? bySort : CompareTexts(one.Key, other.Key);

    private static int CompareSorts(ReadModelIndex? index, string one, string other) =>
        index is { SortsNumbers: true, Sort: not null } ? Number(one).CompareTo(Number(other)) : CompareTexts(one, other);

    private static int CompareTexts(string one, string other) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));

    private static PickValue Number(string text)
    {
        using var json = JsonDocument.Parse(text);
        return PickValue.From(json.RootElement)!;
    }

    private static ListedEntry Parse(string token, string list)
    {
        var bytes = new byte[token.Length];
        try
        {
            if (Convert.TryFromBase64String(token, bytes, out var length) && JsonSerializer.Deserialize<string[]>(bytes.AsSpan(0, length)) is [var of, var sort, var key] && of == list) return new ListedEntry(sort, key, default);
        }
        catch (JsonException)
        {
            // Neither is what is no JSON.
        }

        throw new Core.Reconciliation.PageTokenException("The page token is none that was given out for this list.");
    }
}

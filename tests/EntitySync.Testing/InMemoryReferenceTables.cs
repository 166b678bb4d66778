using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Replay;
using EntitySync.Core.State;

namespace EntitySync.Testing;

/// <summary>Reference tables in memory: versions rise as ReferenceApi raises them, reads are counted and can be held or failed.</summary>
public sealed class InMemoryReferenceTables : IRelatedRowReader
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Table, string Key), RelatedRow> _rows = [];
    private readonly Dictionary<(string Table, string Key), long> _versions = [];
    private readonly List<(string Table, IReadOnlyList<string> Keys)> _reads = [];

    /// <summary>Awaited when a read has started and has not looked at the rows yet; throw here to fail it.</summary>
    public Func<string, IReadOnlyCollection<string>, Task> BeforeLook { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Awaited when a read has seen the rows and has not returned them yet.</summary>
    public Func<string, IReadOnlyCollection<string>, Task> AfterLook { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Every call of <see cref="ReadAsync"/>: its table and keys.</summary>
    public IReadOnlyList<(string Table, IReadOnlyList<string> Keys)> Reads
    {
        get
        {
            lock (_lock) return [.. _reads];
        }
    }

    /// <summary>Rows asked for so far, over all calls.</summary>
    public int RowsRead => Reads.Sum(read => read.Keys.Count);

    public RelatedRow Put(string table, string key, string json)
    {
        lock (_lock)
        {
            var version = _versions[(table, key)] = _versions.GetValueOrDefault((table, key)) + 1;
            return _rows[(table, key)] = new RelatedRow(table, key, version, Canonical(json));
        }
    }

    /// <summary>Changes the content and keeps the version, as an edit by hand in the console does.</summary>
    public RelatedRow EditByHand(string table, string key, string json)
    {
        lock (_lock) return _rows[(table, key)] = _rows[(table, key)] with { Json = Canonical(json) };
    }

    /// <summary>The row gets content that JSON cannot express.</summary>
    public RelatedRow Spoil(string table, string key, string reason)
    {
        lock (_lock) return _rows[(table, key)] = _rows[(table, key)] with { Json = default, Unusable = reason };
    }

    public bool Delete(string table, string key)
    {
        lock (_lock) return _rows.Remove((table, key));
    }

    public RelatedRow? Find(string table, string key)
    {
        lock (_lock) return _rows.GetValueOrDefault((table, key));
    }

    /// <summary>The cause that a replay carries after the last change of this row.</summary>
    public ReplayCause Cause(string table, string key)
    {
        lock (_lock) return new ReplayCause(table, key, _versions.GetValueOrDefault((table, key)), _rows.GetValueOrDefault((table, key))?.Fingerprint);
    }

    public async Task<IReadOnlyList<RelatedRow>> ReadAsync(string table, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        lock (_lock) _reads.Add((table, [.. keys]));
        if (keys.Distinct(StringComparer.Ordinal).Count() != keys.Count) throw new ArgumentException("The keys of a read must be distinct.", nameof(keys));
        await BeforeLook(table, keys);
        IReadOnlyList<RelatedRow> rows;
        lock (_lock) rows = [.. keys.Select(key => _rows.GetValueOrDefault((table, key))).OfType<RelatedRow>()];
        await AfterLook(table, keys);
        cancellationToken.ThrowIfCancellationRequested();
        return rows;
    }

    private static byte[] Canonical(string json) => JsonSerializer.SerializeToUtf8Bytes(Sorted(JsonNode.Parse(json)));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject value => new JsonObject(value.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray value => new JsonArray([.. value.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

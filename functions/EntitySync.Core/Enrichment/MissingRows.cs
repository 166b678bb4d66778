using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>The rows that the records of a chunk need and the cache lacks: each key once a table, and who waits for it.</summary>
internal sealed class MissingRows(Invocation invocation)
{
    private readonly Dictionary<RowTable, TableNeeds> _tables = [];
    private readonly List<(RowTable Table, int Need, CompiledRelation Relation, int RowIndex)> _waiting = [];

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Row <paramref name="rowIndex"/> of the buffer waits for the row of this key.</summary>
    public void Add(RowTable table, ReadOnlySpan<byte> key, CompiledRelation relation, int rowIndex)
    {
        if (!_tables.TryGetValue(table, out var needs)) _tables[table] = needs = new TableNeeds();
        _waiting.Add((table, needs.IndexOf(key), relation, rowIndex));
    }

    /// <summary>Reads what is missing, one call a table, and fills the waiting rows.</summary>
    /// <returns>Rows read.</returns>
    public async Task<int> LoadAsync(EnrichmentBuffer buffer, CancellationToken cancellationToken)
    {
        if (IsEmpty) return 0;
        var loaded = await Task.WhenAll(_tables.Select(pair => pair.Key.LoadAsync(pair.Value.Keys, invocation, cancellationToken)));
        var rows = _tables.Keys.Zip(loaded).ToDictionary(pair => pair.First, pair => pair.Second.Rows);
        foreach (var (table, need, relation, rowIndex) in _waiting) buffer.Rows[rowIndex] = rows[table][need].For(relation);
        return loaded.Sum(load => load.Read);
    }

    private sealed class TableNeeds
    {
        private readonly Dictionary<byte[], int> _indexes = new(ByteKeyComparer.Instance);

        public List<byte[]> Keys { get; } = [];

        public int IndexOf(ReadOnlySpan<byte> key)
        {
            var lookup = _indexes.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (lookup.TryGetValue(key, out var index)) return index;
            Keys.Add(key.ToArray());
            return lookup[key] = Keys.Count - 1;
        }
    }
}

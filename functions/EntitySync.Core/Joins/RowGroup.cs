using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>The related rows of one join value, and where they last changed. Stays for a while when it is empty, so that a task that joins later learns of deletions.</summary>
internal sealed class RowGroup(CompiledRelation relation, byte[] value)
{
    private PreparedRow? _only;
    private SortedDictionary<byte[], PreparedRow>? _several;
    private PreparedRow? _rows;
    private bool _isStale;
    private (int Partition, long Offset)[] _changes = [];

    public byte[] Value => value;

    /// <summary>What the relation needs of the rows (see <see cref="PreparedRow.Chain"/>); null when there is none.</summary>
    public PreparedRow? Rows
    {
        get
        {
            if (!_isStale) return _rows;
            _isStale = false;
            return _rows = PreparedRow.Chain(relation, All);
        }
    }

    /// <summary>All rows, ascending by key.</summary>
    public IEnumerable<PreparedRow> All => _several is not null ? _several.Values : _only is not null ? [_only] : [];

    public bool IsEmpty => _several is not null ? _several.Count == 0 : _only is null;

    /// <summary>True while its table has it in its list of empty groups.</summary>
    public bool IsListedEmpty { get; set; }

    /// <summary>Last change from each partition.</summary>
    public ReadOnlySpan<(int Partition, long Offset)> Changes => _changes;

    /// <summary>Puts the row in its place, replacing the one of the same key.</summary>
    public void Put(PreparedRow row)
    {
        _isStale = true;
        if (_several is null && (_only is null || _only.Key.AsSpan().SequenceEqual(row.Key)))
        {
            _only = row;
            return;
        }

        _several ??= new SortedDictionary<byte[], PreparedRow>(ByteKeyOrder.Instance) { [_only!.Key] = _only };
        _several[row.Key] = row;
    }

    public void Remove(byte[] key)
    {
        _isStale = true;
        if (_several is not null) _several.Remove(key);
        else if (_only is not null && _only.Key.AsSpan().SequenceEqual(key)) _only = null;
    }

    public void OnChanged(int partition, long offset)
    {
        for (var i = 0; i < _changes.Length; i++)
        {
            if (_changes[i].Partition != partition) continue;
            _changes[i].Offset = Math.Max(offset, _changes[i].Offset);
            return;
        }

        _changes = [.. _changes, (partition, offset)];
    }

    /// <summary>True when a change stands at or after these positions (next offset by partition).</summary>
    public bool HasChangedSince(ReadOnlySpan<long> positions)
    {
        foreach (var (partition, offset) in _changes)
        {
            if (partition >= positions.Length || offset >= positions[partition]) return true;
        }

        return false;
    }
}

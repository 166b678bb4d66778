using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>The related rows of one join value, and where they last changed. Stays while it is empty, so that a task that joins later learns of deletions.</summary>
internal sealed class RowGroup(byte[] value)
{
    private (int Partition, long Offset)[] _changes = [];

    public byte[] Value => value;

    /// <summary>First of the rows, ascending by key; null when there is none.</summary>
    public PreparedRow? Rows { get; private set; }

    /// <summary>Puts the row in its place, replacing the one of the same key.</summary>
    public void Put(PreparedRow row) => Rows = With(Rows, row);

    public void Remove(ReadOnlySpan<byte> key) => Rows = Without(Rows, key);

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

    // Iterative: a group may have more rows than the stack has frames.
    private static PreparedRow? With(PreparedRow? rows, PreparedRow added)
    {
        var before = new List<PreparedRow>();
        var rest = rows;
        while (rest is not null && rest.Key.AsSpan().SequenceCompareTo(added.Key) < 0)
        {
            before.Add(rest);
            rest = rest.Next;
        }

        if (rest is not null && rest.Key.AsSpan().SequenceEqual(added.Key)) rest = rest.Next;
        return Chain(before, added.Before(rest));
    }

    private static PreparedRow? Without(PreparedRow? rows, ReadOnlySpan<byte> key)
    {
        var before = new List<PreparedRow>();
        for (var row = rows; row is not null; row = row.Next)
        {
            if (row.Key.AsSpan().SequenceEqual(key)) return Chain(before, row.Next);
            before.Add(row);
        }

        return rows;
    }

    private static PreparedRow? Chain(List<PreparedRow> before, PreparedRow? rest)
    {
        for (var i = before.Count - 1; i >= 0; i--) rest = before[i].Before(rest);
        return rest;
    }
}

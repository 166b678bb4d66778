using EntitySync.Core.State;

namespace EntitySync.Simulation.Log;

/// <summary>
/// One partition as a read_committed reader meets it: nothing at or after the first record of an open transaction is visible, aborted records never are,
/// and the end of a transaction takes an offset of its own, so offsets have gaps.
/// </summary>
public sealed class SimulatedPartition(string topic, int index, bool isCompacted)
{
    private readonly List<StoredRecord> _records = [];
    private readonly List<StoredRecord> _everWritten = [];
    private readonly Dictionary<SimulatedTransaction, long> _open = [];

    public string Topic => topic;

    public int Index => index;

    public bool IsCompacted => isCompacted;

    /// <summary>Offset of the next record, whoever sees it.</summary>
    public long End { get; private set; }

    /// <summary>First offset that a read_committed reader cannot pass.</summary>
    public long LastStable => _open.Count == 0 ? End : _open.Values.Min();

    public StoredRecord Append(long tick, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader> headers, int writer, SimulatedTransaction? transaction)
    {
        var record = new StoredRecord(new Position(topic, index, End++), tick, key, value, headers, writer, transaction);
        _records.Add(record);
        _everWritten.Add(record);
        if (transaction is null) return record;
        _open.TryAdd(transaction, record.Position.Offset);
        transaction.Partitions.Add(this);
        return record;
    }

    public void EndTransaction(SimulatedTransaction transaction)
    {
        _open.Remove(transaction);
        End++;
    }

    /// <returns>The first visible record at or after the offset; null when there is none.</returns>
    public StoredRecord? Read(long from)
    {
        var stable = LastStable;
        for (var at = FirstAtOrAfter(from); at < _records.Count && _records[at].Position.Offset < stable; at++)
        {
            if (_records[at].IsCommitted) return _records[at];
        }

        return null;
    }

    /// <summary>All visible records, oldest first.</summary>
    public IEnumerable<StoredRecord> ReadAll()
    {
        var stable = LastStable;
        return _records.TakeWhile(record => record.Position.Offset < stable).Where(record => record.IsCommitted);
    }

    /// <summary>All records that were ever visible, whatever compaction has removed since.</summary>
    public IEnumerable<StoredRecord> ReadEver() => _everWritten.Where(record => record.IsCommitted);

    /// <summary>Removes what a newer record of its key replaces, below <paramref name="head"/> only.</summary>
    /// <param name="head">Records from here on are not touched.</param>
    /// <param name="tombstonesBelow">Tombstones below this go too: every reader has seen them.</param>
    /// <returns>Records removed.</returns>
    public int Compact(long head, long tombstonesBelow)
    {
        head = Math.Min(head, LastStable);
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var record in _records.Where(record => record.IsCommitted && record.Key is not null && record.Position.Offset < head))
        {
            newest[Convert.ToHexString(record.Key!)] = record.Position.Offset;
        }

        return _records.RemoveAll(record => record.Position.Offset < head && record.Key is not null && IsGone(record));

        bool IsGone(StoredRecord record) =>
            !record.IsCommitted
            || newest[Convert.ToHexString(record.Key!)] != record.Position.Offset
            || (record.Value is null && record.Position.Offset < tombstonesBelow);
    }

    private int FirstAtOrAfter(long offset)
    {
        var (low, high) = (0, _records.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_records[middle].Position.Offset < offset) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}

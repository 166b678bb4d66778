using System.Text.Json;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins.Debezium;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>All related rows of one broadcast relation, by their own key and by join value.</summary>
internal sealed class BroadcastTable(string entity, int source, CompiledRelation relation, int partitions, JoinOptions options)
{
    // Objects, dictionary entries and array heads of one row, roughly; measured on 64 bit.
    private const int RowOverheadBytes = 400;

    // Groups without rows that are remembered; values that come and go for ever would fill the memory.
    private const int EmptyGroups = 10_000;

    private readonly Dictionary<byte[], TableRow> _rows = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], RowGroup> _groups = new(ByteKeyComparer.Instance);
    private readonly Queue<RowGroup> _empty = new();
    private readonly List<BroadcastRows> _followers = [];
    private readonly JoinColumn _column = new(relation.Definition.Key, options.RelatedRowBytes);
    private readonly long[] _positions = new long[partitions];
    private readonly long[] _unknownDepartures = [.. Enumerable.Repeat(-1L, partitions)];
    private readonly RelatedRecords _records = new(relation.Definition.Format, partitions);
    private bool _hasOwnKeys;
    private bool _hasOtherKeys;

    public int Source => source;

    public CompiledRelation Relation => relation;

    public long Rows => _rows.Count;

    public long Bytes { get; private set; }

    /// <summary>Records that were no change of a row (see <see cref="ChangeKind.Ignore"/>).</summary>
    public long PassedOver { get; private set; }

    /// <summary>Next offset of each partition.</summary>
    public ReadOnlySpan<long> Positions => _positions;

    /// <summary>Rows by join value, those without rows left among them.</summary>
    public IEnumerable<RowGroup> Groups => _groups.Values;

    public void Follow(BroadcastRows follower) => _followers.Add(follower);

    public void Leave(BroadcastRows follower) => _followers.Remove(follower);

    /// <summary>
    /// True when, since these positions, a row may have left a join value that nobody knows: its earlier record was compacted away before it was read,
    /// at the start or because this thread was behind, or the value has been without rows for long and is forgotten. Rows whose join column is their own key
    /// cannot leave unseen.
    /// </summary>
    public bool MayHaveUnknownDepartures(ReadOnlySpan<long> positions)
    {
        for (var partition = 0; partition < _unknownDepartures.Length; partition++)
        {
            if (_unknownDepartures[partition] >= (partition < positions.Length ? positions[partition] : 0)) return true;
        }

        return false;
    }

    public RowGroup? Find(ReadOnlySpan<byte> value) => _groups.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(value, out var group) ? group : null;

    /// <summary>Takes a record, and tells the followers what it changes.</summary>
    /// <returns>Why the record cannot be used, which leaves the row before in place; null when it can.</returns>
    /// <exception cref="InvalidRequestException">The table has become larger than it may.</exception>
    public string? Apply(in LogRecord record)
    {
        if (record.Offset < _positions[record.Partition]) return null;
        _positions[record.Partition] = record.Offset + 1;
        foreach (var follower in _followers) follower.OnMoved();
        switch (_records.Read(record, out var row, out var problem))
        {
            case ChangeKind.Bad: return problem;
            case ChangeKind.Ignore: PassedOver++; return null;
            case ChangeKind.Repeat: return null;
            case ChangeKind.Truncate: RemoveAll(record); return null;
            default: return ApplyRow(row);
        }
    }

    private string? ApplyRow(in LogRecord record)
    {
        if (record.Key is not { } key) return "related row has no key";
        if (record.Value is not { } value)
        {
            Put(record, key.ToArray(), null, null);
            return null;
        }

        var joinValue = _column.Read(value.Span);
        if (joinValue.Problem is { } problem) return problem;
        using var document = JsonDocument.Parse(value);
        var rowKey = key.ToArray();
        var row = PreparedRow.Prepare(relation, rowKey, document.RootElement, new Position(relation.Table, record.Partition, record.Offset));
        Put(record, rowKey, joinValue.Exists ? joinValue.Bytes.ToArray() : null, row);
        return null;
    }

    private void RemoveAll(in LogRecord record)
    {
        foreach (var key in _rows.Keys) Put(record, key, null, null); // removing is what an enumeration of a dictionary allows
    }

    private void Put(in LogRecord record, byte[] key, byte[]? joinValue, PreparedRow? row)
    {
        var isKnown = _rows.TryGetValue(key, out var old);
        var isSame = isKnown && row is not null && joinValue.AsSpan().SequenceEqual(old.JoinValue) && joinValue is null == old.JoinValue is null && old.Row.HasSameContent(row);
        if (row is null) _rows.Remove(key);
        else _rows[key] = new TableRow(joinValue, row);
        Count(isKnown ? -old.Bytes : 0, row is null ? 0 : _rows[key].Bytes);

        if (row is not null && key.AsSpan().SequenceEqual(joinValue)) _hasOwnKeys = true;
        else if (row is not null) _hasOtherKeys = true;

        // A deleted row that was never seen had its own key as join value if all rows have.
        if (!isKnown && (row is null ? _hasOtherKeys || !_hasOwnKeys : !key.AsSpan().SequenceEqual(joinValue))) _unknownDepartures[record.Partition] = record.Offset;
        var left = isKnown ? old.JoinValue : row is null ? key : null;
        if (left is not null && (joinValue is null || !left.AsSpan().SequenceEqual(joinValue))) Change(record, left, group => group.Remove(key));
        if (joinValue is not null) Change(record, joinValue, group => group.Put(row!), isSame);
    }

    private void Change(in LogRecord record, byte[] value, Action<RowGroup> change, bool isSame = false)
    {
        if (!_groups.TryGetValue(value, out var group))
        {
            _groups[value] = group = new RowGroup(relation, value);
            Count(0, value.Length + RowOverheadBytes);
        }

        change(group);
        if (isSame) return;
        group.OnChanged(record.Partition, record.Offset);
        foreach (var follower in _followers) follower.OnChanged(group);
        if (group.IsEmpty && !group.IsListedEmpty) ListEmpty(group);
    }

    private void ListEmpty(RowGroup group)
    {
        group.IsListedEmpty = true;
        _empty.Enqueue(group);
        if (_empty.Count <= EmptyGroups) return;
        var oldest = _empty.Dequeue();
        oldest.IsListedEmpty = false;
        if (!oldest.IsEmpty) return;
        _groups.Remove(oldest.Value);
        Count(-oldest.Value.Length - RowOverheadBytes, 0);
        foreach (var (partition, offset) in oldest.Changes) _unknownDepartures[partition] = Math.Max(_unknownDepartures[partition], offset);
    }

    private void Count(long gone, long come)
    {
        Bytes += gone + come;
        if (come == 0 || Bytes <= options.BroadcastBytes) return;
        throw new InvalidRequestException(
            $"Entity '{entity}': the related rows of '{relation.Table}' (relation '{relation.Name}') take {Bytes:N0} bytes for {Rows:N0} rows in a thread, more than "
            + $"{options.BroadcastBytes:N0}. Use strategy shuffle for this relation, or allow more with JOIN_BROADCAST_MEGABYTES.");
    }

    private readonly record struct TableRow(byte[]? JoinValue, PreparedRow Row)
    {
        public long Bytes => RowOverheadBytes + Row.Key.Length + (JoinValue?.Length ?? 0) + Row.Values.Sum(value => 32L + value.Length);
    }
}

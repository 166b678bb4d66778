using System.Buffers.Binary;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

internal enum RowChange
{
    /// <summary>A duplicate, an older row, or the tombstone of a row that is not there.</summary>
    None,

    /// <summary>The row came again with the same content.</summary>
    Origin,

    Content,
}

/// <summary>
/// Related rows grouped by join value. The rows of a group are numbered from 0 without gaps (the last one moves into the place of a removed one), so a group of any
/// size is added to, removed from and walked through without a search.
/// </summary>
internal sealed class RelatedGroups : IDisposable
{
    private readonly PagedStateStore _heads = new(); // join value -> GroupHead
    private readonly PagedStateStore _places = new(); // key in the rows topic -> 4 bytes place in the group
    private readonly PagedStateStore _rows = new(); // join value, 4 bytes place -> row as an answer holds it
    private readonly byte[] _place = new byte[sizeof(int)];
    private byte[] _rowKey = new byte[128];
    private byte[] _movedKey = new byte[128];
    private byte[] _row = new byte[512];

    public long Count => _rows.Count;

    public long Bytes => _heads.PayloadBytes + _places.PayloadBytes + _rows.PayloadBytes;

    /// <param name="key">The record's key; says the same as <paramref name="record"/>'s join value and row key.</param>
    /// <param name="record">A row, not a tombstone.</param>
    /// <param name="offset">The record's offset in the rows topic.</param>
    public RowChange Put(ReadOnlySpan<byte> key, in RowsRecord record, long offset)
    {
        var head = HeadOf(record.JoinValue);
        var change = RowChange.Content;
        var place = head.Count;
        var oldBytes = 0;
        if (_places.TryGet(key, out var placeBytes))
        {
            place = BinaryPrimitives.ReadInt32LittleEndian(placeBytes);
            _rows.TryGet(RowKey(record.JoinValue, place), out var stored);
            oldBytes = stored.Length;
            change = Compare(stored, record);
            if (change == RowChange.None) return change;
        }
        else _places.Put(key, Place(place));

        var row = AnswerRow.Encode(ref _row, record.RowKey, record.OriginPartition, record.OriginOffset, record.Json);
        _rows.Put(RowKey(record.JoinValue, place), row);
        new GroupHead(offset, head.AnswerBytes + row.Length - oldBytes, Math.Max(head.Count, place + 1)).Put(_heads, record.JoinValue);
        return change;
    }

    /// <param name="key">The tombstone's key.</param>
    /// <param name="record">The tombstone.</param>
    /// <param name="offset">Its offset in the rows topic.</param>
    public RowChange Remove(ReadOnlySpan<byte> key, in RowsRecord record, long offset)
    {
        if (!_places.TryGet(key, out var placeBytes)) return RowChange.None;
        var place = BinaryPrimitives.ReadInt32LittleEndian(placeBytes);
        var head = HeadOf(record.JoinValue);
        _rows.TryGet(RowKey(record.JoinValue, place), out var removed);
        var rest = new GroupHead(offset, head.AnswerBytes - removed.Length, head.Count - 1);
        _places.Delete(key);
        if (place < rest.Count) Move(record.JoinValue, rest.Count, place);
        _rows.Delete(RowKey(record.JoinValue, rest.Count));
        if (rest.Count > 0) rest.Put(_heads, record.JoinValue);
        else _heads.Delete(record.JoinValue);
        return RowChange.Content;
    }

    /// <summary>What is known of the group as a whole; a group without rows has version -1.</summary>
    public GroupHead HeadOf(ReadOnlySpan<byte> joinValue) => _heads.TryGet(joinValue, out var bytes) ? GroupHead.Decode(bytes) : GroupHead.Empty;

    public void CopyTo(AnswerWriter answer, ReadOnlySpan<byte> joinValue, int count)
    {
        for (var place = 0; place < count; place++)
        {
            _rows.TryGet(RowKey(joinValue, place), out var row);
            answer.Add(row);
        }
    }

    public void Dispose()
    {
        _heads.Dispose();
        _places.Dispose();
        _rows.Dispose();
    }

    // After a crash in at-least-once mode an older row may come once more.
    private static RowChange Compare(ReadOnlySpan<byte> stored, in RowsRecord record)
    {
        var reader = new RecordReader(stored, default);
        var row = AnswerRow.Read(ref reader);
        if (row.OriginPartition == record.OriginPartition && row.OriginOffset >= record.OriginOffset) return RowChange.None;
        return row.Json.SequenceEqual(record.Json) ? RowChange.Origin : RowChange.Content;
    }

    private void Move(ReadOnlySpan<byte> joinValue, int from, int to)
    {
        _rows.TryGet(RowKey(joinValue, from), out var stored);
        RecordBuffer.Reserve(ref _row, stored.Length);
        stored.CopyTo(_row);
        var row = _row.AsSpan(0, stored.Length);
        var reader = new RecordReader(row, default);
        _places.Put(RowsRecord.EncodeKey(ref _movedKey, joinValue, reader.Sized()), Place(to));
        _rows.Put(RowKey(joinValue, to), row);
    }

    private ReadOnlySpan<byte> RowKey(ReadOnlySpan<byte> joinValue, int place)
    {
        var length = joinValue.Length + sizeof(int);
        RecordBuffer.Reserve(ref _rowKey, length);
        joinValue.CopyTo(_rowKey);
        BinaryPrimitives.WriteInt32LittleEndian(_rowKey.AsSpan(joinValue.Length), place);
        return _rowKey.AsSpan(0, length);
    }

    private ReadOnlySpan<byte> Place(int place)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_place, place);
        return _place;
    }
}

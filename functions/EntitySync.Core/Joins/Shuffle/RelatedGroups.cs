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

/// <summary>Related rows grouped by join value.</summary>
internal sealed class RelatedGroups : IDisposable
{
    private readonly PagedStateStore _heads = new(); // join value -> GroupHead; its id is the value's number in the index
    private readonly PagedStateStore _rows = new(); // key in the rows topic -> what an answer says of the row after its key
    private readonly MemberIndex _members = new();
    private readonly List<int> _group = [];
    private byte[] _row = new byte[512];

    public long Count => _rows.Count;

    public long PayloadBytes => _heads.PayloadBytes + _rows.PayloadBytes;

    public long AllocatedBytes => _heads.AllocatedBytes + _rows.AllocatedBytes + _members.AllocatedBytes;

    /// <param name="key">The record's key; says the same as <paramref name="record"/>'s join value and row key.</param>
    /// <param name="record">A row, not a tombstone.</param>
    /// <param name="offset">The record's offset in the rows topic.</param>
    public RowChange Put(ReadOnlySpan<byte> key, in RowsRecord record, long offset)
    {
        var old = _rows.Find(key);
        var change = old < 0 ? RowChange.Content : Compare(_rows.ValueOf(old), record);
        if (change == RowChange.None) return change;

        var head = HeadOf(record.JoinValue);
        var oldBytes = old < 0 ? 0 : AnswerRow.EncodedBytes(record.RowKey, _rows.ValueOf(old));
        var row = AnswerRow.EncodeTail(ref _row, record.OriginPartition, record.OriginOffset, record.Json);
        var bytes = head.AnswerBytes + AnswerRow.EncodedBytes(record.RowKey, row) - oldBytes;
        var id = _rows.Put(key, row);
        var group = new GroupHead(offset, bytes, head.Count + (old < 0 ? 1 : 0)).Put(_heads, record.JoinValue);
        if (old < 0) _members.Add(group, _rows.OrderOf(id), id);
        return change;
    }

    /// <param name="key">The tombstone's key.</param>
    /// <param name="record">The tombstone.</param>
    /// <param name="offset">Its offset in the rows topic.</param>
    public RowChange Remove(ReadOnlySpan<byte> key, in RowsRecord record, long offset)
    {
        var id = _rows.Find(key);
        if (id < 0) return RowChange.None;
        var head = HeadOf(record.JoinValue);
        var rest = new GroupHead(offset, head.AnswerBytes - AnswerRow.EncodedBytes(record.RowKey, _rows.ValueOf(id)), head.Count - 1);
        _members.Remove(_heads.Find(record.JoinValue), _rows.OrderOf(id), id);
        _rows.Delete(key);
        if (rest.Count > 0) rest.Put(_heads, record.JoinValue);
        else _heads.Delete(record.JoinValue);
        return RowChange.Content;
    }

    /// <summary>What is known of a group as a whole.</summary>
    public GroupHead HeadOf(ReadOnlySpan<byte> joinValue) => _heads.TryGet(joinValue, out var bytes) ? GroupHead.Decode(bytes) : GroupHead.Empty;

    /// <summary>Adds all rows of a group.</summary>
    public void CopyTo(AnswerWriter answer, ReadOnlySpan<byte> joinValue)
    {
        var group = _heads.Find(joinValue);
        if (group < 0) return;
        _members.Read(group, 0, int.MaxValue, _group, out _);
        foreach (var id in _group) answer.Add(RowsRecord.RowKeyOf(_rows.KeyOf(id)), _rows.ValueOf(id));
    }

    public void Dispose()
    {
        _heads.Dispose();
        _rows.Dispose();
        _members.Dispose();
    }

    // After a crash in at-least-once mode an older row may come once more.
    private static RowChange Compare(ReadOnlySpan<byte> stored, in RowsRecord record)
    {
        var row = AnswerRow.DecodeTail(record.RowKey, stored);
        if (row.OriginPartition == record.OriginPartition && row.OriginOffset >= record.OriginOffset) return RowChange.None;
        return row.Json.SequenceEqual(record.Json) ? RowChange.Origin : RowChange.Content;
    }
}

using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>
/// A related row under its join value, as the rows topic holds it.
/// Key: varint length of the join value, join value, the related row's own key.
/// Value: format 1, varint origin partition, varint origin offset, row JSON. A tombstone: the row left this join value.
/// </summary>
public readonly ref struct RowsRecord
{
    private const byte Format = 1;

    public ReadOnlySpan<byte> JoinValue { get; private init; }

    public ReadOnlySpan<byte> RowKey { get; private init; }

    public bool IsTombstone { get; private init; }

    /// <summary>Partition of the related topic that the row came from.</summary>
    public int OriginPartition { get; private init; }

    /// <summary>Offset of the row's record in the related topic.</summary>
    public long OriginOffset { get; private init; }

    public ReadOnlySpan<byte> Json { get; private init; }

    /// <exception cref="Errors.InvalidRequestException">The record is not one of ours; the message names its position.</exception>
    public static RowsRecord Read(in LogRecord record, Position position)
    {
        var key = new RecordReader(record.Key is { } bytes ? bytes.Span : default, position);
        var joinValue = key.Sized();
        var rowKey = key.Rest();
        if (record.Value is not { } value) return new RowsRecord { JoinValue = joinValue, RowKey = rowKey, IsTombstone = true };
        var reader = new RecordReader(value.Span, position);
        reader.ExpectFormat(reader.Byte(), Format);
        return new RowsRecord
        {
            JoinValue = joinValue,
            RowKey = rowKey,
            OriginPartition = reader.Int32(),
            OriginOffset = reader.Offset(),
            Json = reader.Rest(),
        };
    }

    /// <summary>The row key in a key that was read before.</summary>
    internal static ReadOnlySpan<byte> RowKeyOf(ReadOnlySpan<byte> key)
    {
        var reader = new RecordReader(key, default);
        reader.Sized();
        return reader.Rest();
    }

    /// <summary>Writes a key into <paramref name="buffer"/>, which grows when it is too small.</summary>
    public static ReadOnlySpan<byte> EncodeKey(ref byte[] buffer, ReadOnlySpan<byte> joinValue, ReadOnlySpan<byte> rowKey)
    {
        RecordBuffer.Reserve(ref buffer, Varint.MaximumBytes + joinValue.Length + rowKey.Length);
        var at = Varint.Write(buffer, (ulong)joinValue.Length);
        joinValue.CopyTo(buffer.AsSpan(at));
        rowKey.CopyTo(buffer.AsSpan(at + joinValue.Length));
        return buffer.AsSpan(0, at + joinValue.Length + rowKey.Length);
    }

    /// <summary>Writes a value into <paramref name="buffer"/>, which grows when it is too small.</summary>
    public static ReadOnlySpan<byte> EncodeValue(ref byte[] buffer, int originPartition, long originOffset, ReadOnlySpan<byte> json)
    {
        RecordBuffer.Reserve(ref buffer, 1 + (2 * Varint.MaximumBytes) + json.Length);
        buffer[0] = Format;
        var at = 1 + Varint.Write(buffer.AsSpan(1), (ulong)originPartition);
        at += Varint.Write(buffer.AsSpan(at), (ulong)originOffset);
        json.CopyTo(buffer.AsSpan(at));
        return buffer.AsSpan(0, at + json.Length);
    }
}

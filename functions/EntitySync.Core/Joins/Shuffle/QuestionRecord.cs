using System.Buffers.Binary;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>
/// A root task's wish for the rows of a join value, as the questions topic holds it.
/// Key: join value, 4 bytes asking partition (big endian). Value: format 1, 8 bytes epoch (little endian). A tombstone: no longer wanted.
/// </summary>
public readonly ref struct QuestionRecord
{
    private const byte Format = 1;
    private const int ValueBytes = 1 + sizeof(long);

    public ReadOnlySpan<byte> JoinValue { get; private init; }

    /// <summary>Partition of the answers topic to answer to.</summary>
    public int AskingPartition { get; private init; }

    public bool IsTombstone { get; private init; }

    /// <summary>Offset of the root record that made the task ask; rises with every question of the same value and partition.</summary>
    public long Epoch { get; private init; }

    /// <exception cref="Errors.InvalidRequestException">The record is not one of ours; the message names its position.</exception>
    public static QuestionRecord Read(in LogRecord record, Position position)
    {
        var key = record.Key is { } bytes ? bytes.Span : default;
        var reader = new RecordReader(key, position);
        var joinValue = reader.Bytes(Math.Max(0, key.Length - sizeof(int)));
        var partition = BinaryPrimitives.ReadInt32BigEndian(reader.Bytes(sizeof(int)));
        if (partition < 0) throw reader.Unreadable($"asking partition {partition} is negative");
        if (record.Value is not { } value) return new QuestionRecord { JoinValue = joinValue, AskingPartition = partition, IsTombstone = true };
        reader = new RecordReader(value.Span, position);
        reader.ExpectFormat(reader.Byte(), Format);
        var epoch = reader.Int64();
        reader.ExpectEnd();
        return new QuestionRecord { JoinValue = joinValue, AskingPartition = partition, Epoch = epoch };
    }

    /// <summary>Writes a key into <paramref name="buffer"/>, which grows when it is too small.</summary>
    public static ReadOnlySpan<byte> EncodeKey(ref byte[] buffer, ReadOnlySpan<byte> joinValue, int askingPartition)
    {
        var length = joinValue.Length + sizeof(int);
        RecordBuffer.Reserve(ref buffer, length);
        joinValue.CopyTo(buffer);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(joinValue.Length), askingPartition);
        return buffer.AsSpan(0, length);
    }

    /// <summary>Writes a value into <paramref name="buffer"/>, which grows when it is too small.</summary>
    public static ReadOnlySpan<byte> EncodeValue(ref byte[] buffer, long epoch)
    {
        RecordBuffer.Reserve(ref buffer, ValueBytes);
        buffer[0] = Format;
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(1), epoch);
        return buffer.AsSpan(0, ValueBytes);
    }
}

using System.Text;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>
/// All rows of a join value, as the answers topic holds them for the task that asked; <see cref="AnswerWriter"/> writes it.
/// Key: join value. Value: format 1, 8 bytes epoch, 8 bytes version (little endian), varint count, then for each row, ascending by the bytes of its key: varint
/// length and row key, varint origin partition, varint origin offset, varint length and row JSON. Format 2, when the rows are too large for a record: epoch, version,
/// reason in UTF-8. A tombstone: the question was withdrawn.
/// </summary>
public readonly ref struct AnswerRecord
{
    internal const byte RowsFormat = 1;
    internal const byte RefusalFormat = 2;
    internal const int HeadBytes = 1 + (2 * sizeof(long));

    private readonly ReadOnlySpan<byte> _tail;
    private readonly Position _position;

    private AnswerRecord(byte format, long epoch, long version, ReadOnlySpan<byte> tail, Position position)
    {
        IsRefusal = format == RefusalFormat;
        Epoch = epoch;
        Version = version;
        _tail = tail;
        _position = position;
    }

    /// <summary>The epoch of the question this answers.</summary>
    public long Epoch { get; }

    /// <summary>Offset in the rows topic up to which changes are in the answer; -1 when no row came yet. Rises with every change that is sent.</summary>
    public long Version { get; }

    /// <summary>True when the rows are too large to be sent; <see cref="Reason"/> says so.</summary>
    public bool IsRefusal { get; }

    public string? Reason => IsRefusal ? Encoding.UTF8.GetString(_tail) : null;

    /// <summary>The rows, ascending by the bytes of their keys; none in a refusal.</summary>
    public AnswerRows Rows => new(IsRefusal ? [0] : _tail, _position);

    /// <param name="value">The record's value; not a tombstone's.</param>
    /// <param name="position">Where it stands, for the exception.</param>
    /// <exception cref="Errors.InvalidRequestException">The record is not one of ours; the message names its position.</exception>
    public static AnswerRecord Read(ReadOnlySpan<byte> value, Position position)
    {
        var reader = new RecordReader(value, position);
        var format = reader.Byte();
        if (format != RefusalFormat) reader.ExpectFormat(format, RowsFormat);
        return new AnswerRecord(format, reader.Int64(), reader.Int64(), reader.Rest(), position);
    }
}

/// <summary>Reads the rows of an answer one after the other: <c>foreach (var row in answer.Rows)</c>.</summary>
public ref struct AnswerRows
{
    private RecordReader _reader;
    private int _left;

    internal AnswerRows(ReadOnlySpan<byte> rows, Position position)
    {
        _reader = new RecordReader(rows, position);
        Count = _left = _reader.Int32();
    }

    public int Count { get; }

    public AnswerRow Current { get; private set; }

    public readonly AnswerRows GetEnumerator() => this;

    /// <exception cref="Errors.InvalidRequestException">The record is not one of ours; the message names its position.</exception>
    public bool MoveNext()
    {
        if (_left-- == 0)
        {
            _reader.ExpectEnd();
            return false;
        }

        Current = new AnswerRow(_reader.Sized(), _reader.Int32(), _reader.Offset(), _reader.Sized());
        return true;
    }
}

/// <summary>A related row in an answer.</summary>
public readonly ref struct AnswerRow(ReadOnlySpan<byte> key, int originPartition, long originOffset, ReadOnlySpan<byte> json)
{
    /// <summary>The related row's own key.</summary>
    public ReadOnlySpan<byte> Key { get; } = key;

    /// <summary>Partition of the related topic that the row came from.</summary>
    public int OriginPartition { get; } = originPartition;

    /// <summary>Offset of the row's record in the related topic.</summary>
    public long OriginOffset { get; } = originOffset;

    public ReadOnlySpan<byte> Json { get; } = json;

    /// <summary>Writes all but the key, as an answer holds it, into <paramref name="buffer"/>, which grows when it is too small.</summary>
    internal static ReadOnlySpan<byte> EncodeTail(ref byte[] buffer, int originPartition, long originOffset, ReadOnlySpan<byte> json)
    {
        RecordBuffer.Reserve(ref buffer, (3 * Varint.MaximumBytes) + json.Length);
        var at = Varint.Write(buffer, (ulong)originPartition);
        at += Varint.Write(buffer.AsSpan(at), (ulong)originOffset);
        at += Varint.Write(buffer.AsSpan(at), (ulong)json.Length);
        json.CopyTo(buffer.AsSpan(at));
        return buffer.AsSpan(0, at + json.Length);
    }

    internal static AnswerRow DecodeTail(ReadOnlySpan<byte> key, ReadOnlySpan<byte> tail)
    {
        var reader = new RecordReader(tail, default);
        return new AnswerRow(key, reader.Int32(), reader.Offset(), reader.Sized());
    }

    /// <summary>Bytes of a row in an answer.</summary>
    internal static long EncodedBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> tail) => Varint.Length((ulong)key.Length) + (long)key.Length + tail.Length;
}

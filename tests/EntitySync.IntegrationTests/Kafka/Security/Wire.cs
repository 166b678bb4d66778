using System.Buffers.Binary;
using System.Text;

namespace EntitySync.IntegrationTests.Kafka.Security;

/// <summary>Reads the fields of a Kafka request.</summary>
internal sealed class WireReader(byte[] bytes)
{
    private int _at;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Next(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Next(4));

    public string? Text() => Int16() is var length and >= 0 ? Encoding.UTF8.GetString(Next(length)) : null;

    public byte[] Bytes() => Next(Int32()).ToArray();

    private ReadOnlySpan<byte> Next(int length)
    {
        var part = bytes.AsSpan(_at, length);
        _at += length;
        return part;
    }
}

/// <summary>Writes the fields of a Kafka response.</summary>
internal sealed class WireWriter
{
    private readonly MemoryStream _bytes = new();

    public WireWriter Byte(byte value)
    {
        _bytes.WriteByte(value);
        return this;
    }

    public WireWriter Int16(short value) => Write(2, span => BinaryPrimitives.WriteInt16BigEndian(span, value));

    public WireWriter Int32(int value) => Write(4, span => BinaryPrimitives.WriteInt32BigEndian(span, value));

    public WireWriter Int64(long value) => Write(8, span => BinaryPrimitives.WriteInt64BigEndian(span, value));

    public WireWriter Text(string? text)
    {
        if (text is null) return Int16(-1);
        var bytes = Encoding.UTF8.GetBytes(text);
        Int16((short)bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    public WireWriter Bytes(byte[] bytes)
    {
        Int32(bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    /// <returns>All of it, its length before it.</returns>
    public byte[] Framed()
    {
        var framed = new byte[4 + _bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, (int)_bytes.Length);
        _bytes.ToArray().CopyTo(framed, 4);
        return framed;
    }

    private delegate void Fill(Span<byte> span);

    private WireWriter Write(int length, Fill fill)
    {
        Span<byte> span = stackalloc byte[length];
        fill(span);
        _bytes.Write(span);
        return this;
    }
}

using System.Buffers.Binary;

namespace EntitySync.Core.Joins;

/// <summary>
/// A root row in the state store: 8 bytes offset of its record (little endian), then the document's bytes as they came.
/// Topic and partition are the task's own, so the offset is the whole position.
/// </summary>
public static class RootRow
{
    public const int HeadBytes = sizeof(long);

    /// <summary>Writes the row into <paramref name="buffer"/>, which grows when it is too small.</summary>
    public static ReadOnlySpan<byte> Encode(ref byte[] buffer, long offset, ReadOnlySpan<byte> document)
    {
        var length = HeadBytes + document.Length;
        if (buffer.Length < length) buffer = new byte[Math.Max(length, 2 * buffer.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(buffer, offset);
        document.CopyTo(buffer.AsSpan(HeadBytes));
        return buffer.AsSpan(0, length);
    }

    public static long Offset(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64LittleEndian(row);

    public static ReadOnlySpan<byte> Document(ReadOnlySpan<byte> row) => row[HeadBytes..];
}

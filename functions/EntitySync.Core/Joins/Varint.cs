using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>Unsigned LEB128: seven bits a byte, low ones first, the high bit says that more follow.</summary>
internal static class Varint
{
    public const int MaximumBytes = 10;

    public static void Write(Growable<byte> buffer, ulong value)
    {
        for (; value >= 0x80; value >>= 7) buffer.Add((byte)(value | 0x80));
        buffer.Add((byte)value);
    }

    /// <exception cref="FormatException">The bytes end within the number, or it is longer than 64 bits.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && bytes[0] < 0x80)
        {
            var small = bytes[0];
            bytes = bytes[1..];
            return small;
        }

        ulong value = 0;
        for (var i = 0; i < bytes.Length && i < MaximumBytes; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return value;
        }

        throw new FormatException("A varint ends too early or is too long.");
    }
}

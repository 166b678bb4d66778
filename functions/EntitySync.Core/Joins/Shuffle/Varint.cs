namespace EntitySync.Core.Joins.Shuffle;

/// <summary>Unsigned LEB128: 7 bits a byte, low ones first; the top bit says that more follow.</summary>
internal static class Varint
{
    public const int MaximumBytes = 10;

    public static int Length(ulong number)
    {
        var length = 1;
        for (; number >= 0x80; number >>= 7) length++;
        return length;
    }

    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> to, ulong number)
    {
        var at = 0;
        for (; number >= 0x80; number >>= 7) to[at++] = (byte)(number | 0x80);
        to[at] = (byte)number;
        return at + 1;
    }

    /// <returns>Bytes read; 0 when <paramref name="from"/> ends too early or the number has more than 64 bits.</returns>
    public static int TryRead(ReadOnlySpan<byte> from, out ulong number)
    {
        number = 0;
        for (var at = 0; at < from.Length && at < MaximumBytes; at++)
        {
            if (at == MaximumBytes - 1 && from[at] > 1) return 0;
            number |= (ulong)(from[at] & 0x7f) << (7 * at);
            if (from[at] < 0x80) return at + 1;
        }

        return 0;
    }
}

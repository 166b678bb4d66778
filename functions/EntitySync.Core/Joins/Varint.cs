using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

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

    public static void Write(Growable<byte> to, ulong number) => to.Advance(Write(to.Reserve(MaximumBytes), number));

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

    /// <summary>Reads a number and moves <paramref name="bytes"/> behind it.</summary>
    /// <exception cref="FormatException">The bytes end within the number, or it has more than 64 bits.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> bytes)
    {
        var length = TryRead(bytes, out var number);
        if (length == 0) throw new FormatException("A varint ends too early or is too long.");
        bytes = bytes[length..];
        return number;
    }
}

using System.Buffers.Binary;

namespace EntitySync.Core.State;

/// <summary>
/// A 64-bit hash of bytes that is the same in every process, on every machine and in every release: cursors and messages may carry it.
/// The algorithm is wyhash (final version 4, public domain) with its default secrets and seed 0. Not meant against keys chosen by an attacker.
/// </summary>
public static class StableHash
{
    private const ulong Secret0 = 0x2d358dccaa6c78a5;
    private const ulong Secret1 = 0x8bb84b93962eacc9;
    private const ulong Secret2 = 0x4b33a62ed433d4a3;
    private const ulong Secret3 = 0x4d5a2da51de1aa47;

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var seed = Mix(Secret0, Secret1);
        var (low, high) = bytes.Length <= 16 ? ShortWords(bytes) : LongWords(bytes, ref seed);
        high = Math.BigMul(low ^ Secret1, high ^ seed, out low);
        return Mix(low ^ Secret0 ^ (ulong)bytes.Length, high ^ Secret1);
    }

    private static (ulong Low, ulong High) ShortWords(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 4)
        {
            var inner = bytes.Length >> 3 << 2;
            return ((Word32(bytes) << 32) | Word32(bytes[inner..]), (Word32(bytes[^4..]) << 32) | Word32(bytes[(bytes.Length - 4 - inner)..]));
        }

        if (bytes.IsEmpty) return (0, 0);
        return (((ulong)bytes[0] << 16) | ((ulong)bytes[bytes.Length >> 1] << 8) | bytes[^1], 0);
    }

    private static (ulong Low, ulong High) LongWords(ReadOnlySpan<byte> bytes, ref ulong seed)
    {
        var rest = bytes;
        if (rest.Length > 48)
        {
            var (second, third) = (seed, seed);
            for (; rest.Length > 48; rest = rest[48..])
            {
                seed = Mix(Word64(rest) ^ Secret1, Word64(rest[8..]) ^ seed);
                second = Mix(Word64(rest[16..]) ^ Secret2, Word64(rest[24..]) ^ second);
                third = Mix(Word64(rest[32..]) ^ Secret3, Word64(rest[40..]) ^ third);
            }

            seed ^= second ^ third;
        }

        for (; rest.Length > 16; rest = rest[16..]) seed = Mix(Word64(rest) ^ Secret1, Word64(rest[8..]) ^ seed);
        return (Word64(bytes[^16..]), Word64(bytes[^8..]));
    }

    private static ulong Mix(ulong a, ulong b) => Math.BigMul(a, b, out var low) ^ low;

    private static ulong Word32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ulong Word64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}

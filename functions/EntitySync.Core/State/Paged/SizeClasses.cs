using System.Numerics;

namespace EntitySync.Core.State.Paged;

/// <summary>The sizes in which slots are handed out: steps of 8 bytes up to 512, then eight steps to each doubling, up to 8 KiB.</summary>
internal static class SizeClasses
{
    public const int LargestBytes = 8192;

    /// <summary>Number of classes; class 0 is not used.</summary>
    public const int Count = 64 + (8 * 4) + 1;

    private const int FineBytes = 512;

    /// <param name="bytes">1 to <see cref="LargestBytes"/>.</param>
    public static int ClassOf(int bytes)
    {
        if (bytes <= FineBytes) return (bytes + 7) >> 3;
        var octave = BitOperations.Log2((uint)bytes - 1);
        return 64 + ((octave - 9) * 8) + ((bytes - 1 - (1 << octave)) >> (octave - 3)) + 1;
    }

    public static int BytesOf(int sizeClass)
    {
        if (sizeClass <= 64) return sizeClass << 3;
        var step = sizeClass - 65;
        return (512 << (step >> 3)) + (((step & 7) + 1) * (64 << (step >> 3)));
    }
}

using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace EntitySync.Benchmarks.Topology;

/// <summary>
/// Items of about 190 bytes that name two of fifty classes. Everything follows from the numbers given, so nothing is kept:
/// two million items as arrays would disturb what is measured.
/// </summary>
internal sealed class ItemData(int items, int seed)
{
    public const int Classes = 50;

    /// <summary>Room that any item needs.</summary>
    public const int MaxItemBytes = 320;

    /// <summary>Half of its entities have another class that wins against it: of 200,000 items some 4,000 carry this one.</summary>
    public const int MiddleClass = Classes / 2;

    private readonly long _stride = CoprimeTo(items);

    public int Items => items;

    public static byte[] ClassKey(int number) => Encoding.UTF8.GetBytes(ClassName(number));

    /// <summary>A class that wins against all with a higher number. The version changes a field that every item it wins carries.</summary>
    public static byte[] ClassRow(int number, int version) =>
        Encoding.UTF8.GetBytes($$"""{"name":"{{ClassName(number)}}","minimumTime":{{number + 1}},"maximumTime":{{60 + version}}}""");

    public static byte[] Key(int item) => Encoding.UTF8.GetBytes($"SKU-{item:D8}");

    /// <summary>Item number <paramref name="step"/> of an order without locality that comes by every item once a round.</summary>
    public int ItemAt(long step) => (int)(step % items * _stride % items);

    /// <summary>The two classes of an item; another shift gives another second one.</summary>
    public (int First, int Second) ClassesOf(int item, int shift)
    {
        var bits = Mix((ulong)seed << 32 | (uint)item);
        var first = (int)(bits % Classes);
        var distance = 1 + (int)((bits / Classes + (ulong)shift) % (Classes - 1));
        return (first, (first + distance) % Classes);
    }

    /// <summary>How many items carry the times of a class.</summary>
    public int WonBy(int number, int shift)
    {
        var count = 0;
        for (var item = 0; item < items; item++)
        {
            var (first, second) = ClassesOf(item, shift);
            if (Math.Min(first, second) == number) count++;
        }

        return count;
    }

    /// <returns>Bytes written.</returns>
    public int Write(Span<byte> target, int item, int version, int shift)
    {
        var bits = Mix((ulong)(uint)version << 32 | (uint)item);
        var (first, second) = ClassesOf(item, shift);
        Utf8.TryWrite(
            target,
            CultureInfo.InvariantCulture,
            $$"""{"sku":"SKU-{{item:D8}}","name":"Gartenstühle {{item % 1000}}","online":true,"price":{"amount":{{bits % 900 + 100}}.{{bits / 1000 % 90 + 10}},"currency":"EUR"},"deliveryClasses":["class-{{first:D2}}","class-{{second:D2}}"],"updatedAt":"2026-01-01T{{bits % 24:D2}}:{{version % 60:D2}}:00Z"}""",
            out var written);
        return written;
    }

    private static string ClassName(int number) => $"class-{number:D2}";

    // splitmix64
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static long CoprimeTo(int items)
    {
        var stride = Math.Max(1, (long)(items * 0.618));
        while (Gcd(stride, items) != 1) stride++;
        return stride;
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}

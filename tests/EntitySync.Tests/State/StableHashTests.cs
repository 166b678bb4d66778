using System.Text;
using EntitySync.Core.State;

namespace EntitySync.Tests.State;

public sealed class StableHashTests
{
    /// <summary>Bytes 0, 1, 2, ... of the length; values of another implementation that was checked against the algorithm's published test vectors.</summary>
    [Theory]
    [InlineData(0, 0x93228a4de0eec5a2)]
    [InlineData(1, 0x8e6d4af7d310c8c4)]
    [InlineData(3, 0x78c4aa0c972a522d)]
    [InlineData(4, 0xe08aeeb68058fb32)]
    [InlineData(8, 0xb4d6ac74d009e1d4)]
    [InlineData(16, 0x305fdea0ed4a2619)]
    [InlineData(17, 0xd29ffdd201a46f9a)]
    [InlineData(32, 0x5b00c06ef7540f8f)]
    [InlineData(48, 0xedc8037a363bb842)]
    [InlineData(49, 0x0691f11bac523a91)]
    [InlineData(96, 0x218dad610b8126c3)]
    [InlineData(97, 0x2501575738d109be)]
    [InlineData(1000, 0xb0aaefd54a691522)]
    public void KnownBytes_HashIsPinned(int length, ulong expected) =>
        StableHash.Of(Enumerable.Range(0, length).Select(value => (byte)value).ToArray()).ShouldBe(expected);

    [Theory]
    [InlineData("abc", 0x989b4a209c1011c9)]
    [InlineData("abcdefghijklmnopqrstuvwxyz", 0xccaeadc12a061176)]
    public void KnownText_HashIsPinned(string text, ulong expected) => StableHash.Of(Encoding.UTF8.GetBytes(text)).ShouldBe(expected);

    [Fact]
    public void MillionSimilarKeys_UpperHalvesHardlyCollide()
    {
        var orders = new HashSet<uint>();
        for (var number = 0; number < 1_000_000; number++) orders.Add((uint)(StableHash.Of(Encoding.UTF8.GetBytes($"item-{number}")) >> 32));

        // A million random 32-bit numbers collide some 116 times.
        orders.Count.ShouldBeGreaterThan(999_700);
    }
}

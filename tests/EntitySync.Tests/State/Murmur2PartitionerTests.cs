using System.Text;
using EntitySync.Core.State;

namespace EntitySync.Tests.State;

public sealed class Murmur2PartitionerTests
{
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void KnownKey_HashesAsTheJavaClient(string key, int hash) => Murmur2Partitioner.Hash(Encoding.UTF8.GetBytes(key)).ShouldBe(hash);

    [Theory]
    [InlineData("21", 8, 4)]
    [InlineData("abc", 8, 3)]
    [InlineData("foobar", 1, 0)]
    public void Partition_IsThePositiveHashModuloTheCount(string key, int partitions, int partition) =>
        Murmur2Partitioner.PartitionFor(Encoding.UTF8.GetBytes(key), partitions).ShouldBe(partition);
}

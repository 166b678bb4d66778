using BenchmarkDotNet.Attributes;
using EntitySync.Core.State;

namespace EntitySync.Benchmarks.Micro;

/// <summary>One hash of a key or a document; the baseline is a loop over the bytes (FNV-1a).</summary>
[MemoryDiagnoser]
public class StableHashBenchmarks
{
    private byte[] _bytes = [];

    [Params(12, 200, 1000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void SetUp() => new Random(1).NextBytes(_bytes = new byte[Bytes]);

    [Benchmark(Baseline = true)]
    public ulong Naive()
    {
        var hash = 0xcbf29ce484222325;
        foreach (var one in _bytes) hash = (hash ^ one) * 0x100000001b3;
        return hash;
    }

    [Benchmark]
    public ulong Stable() => StableHash.Of(_bytes);
}

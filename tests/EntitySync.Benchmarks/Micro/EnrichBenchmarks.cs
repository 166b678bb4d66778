using BenchmarkDotNet.Attributes;

namespace EntitySync.Benchmarks.Micro;

/// <summary>One chunk of items with two cached classes each; the baseline parses into JsonNode and serialises again.</summary>
[MemoryDiagnoser]
public class EnrichBenchmarks
{
    private readonly EnrichWorkload _workload = new(items: EnrichWorkload.ChunkSize, seed: 1);

    [Benchmark(Baseline = true, OperationsPerInvoke = EnrichWorkload.ChunkSize)]
    public int Naive() => _workload.NaiveChunk();

    [Benchmark(OperationsPerInvoke = EnrichWorkload.ChunkSize)]
    public int Enricher() => _workload.EnrichChunk();
}

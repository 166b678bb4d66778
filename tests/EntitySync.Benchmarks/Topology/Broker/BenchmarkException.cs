namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>The benchmark cannot go on; the message says why and what to do.</summary>
internal sealed class BenchmarkException(string message, Exception? inner = null) : Exception(message, inner);

using System.Text;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using EntitySync.Core.State;

namespace EntitySync.Benchmarks.Micro;

/// <summary>A chunk of overwrites and finds among a million entries of some 200 bytes; the baseline is a dictionary of arrays.</summary>
[MemoryDiagnoser, CategoriesColumn, GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class PagedStateStoreBenchmarks
{
    private const int Entries = 1_000_000;
    private const int Chunk = 1_000;

    private readonly byte[][] _keys = [.. Enumerable.Range(0, Entries).Select(i => Encoding.UTF8.GetBytes($"SKU-{i * 7919L % Entries:D8}"))];
    private readonly byte[] _value = new byte[200];
    private readonly Dictionary<string, byte[]> _dictionary = [];
    private readonly PagedStateStore _store = new();
    private int _next;

    [GlobalSetup]
    public void SetUp()
    {
        foreach (var key in _keys) _dictionary[Encoding.UTF8.GetString(key)] = _value.ToArray();
        foreach (var key in _keys) _store.Put(key, _value);
    }

    [GlobalCleanup]
    public void CleanUp() => _store.Dispose();

    // A value of another length each time, as updates of documents are.
    [Benchmark(Baseline = true, OperationsPerInvoke = Chunk), BenchmarkCategory("Put")]
    public void NaivePut()
    {
        foreach (var key in Keys()) _dictionary[Encoding.UTF8.GetString(key)] = _value[..(180 + key[^1] % 20)];
    }

    [Benchmark(OperationsPerInvoke = Chunk), BenchmarkCategory("Put")]
    public void Put()
    {
        foreach (var key in Keys()) _store.Put(key, _value.AsSpan(0, 180 + key[^1] % 20));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Chunk), BenchmarkCategory("Find")]
    public int NaiveFind()
    {
        var bytes = 0;
        foreach (var key in Keys()) bytes += _dictionary[Encoding.UTF8.GetString(key)].Length;
        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Chunk), BenchmarkCategory("Find")]
    public int Find()
    {
        var bytes = 0;
        foreach (var key in Keys()) bytes += _store.ValueOf(_store.Find(key)).Length;
        return bytes;
    }

    private ReadOnlySpan<byte[]> Keys()
    {
        _next = (_next + Chunk) % Entries;
        return _keys.AsSpan(_next, Chunk);
    }
}

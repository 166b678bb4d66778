using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using EntitySync.Core.State;

namespace EntitySync.Benchmarks.Micro;

/// <summary>A member that moves to another of fifty values and back, and a page of members, among a million; the baseline is sorted sets.</summary>
[MemoryDiagnoser, CategoriesColumn, GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class MemberIndexBenchmarks
{
    private const int Members = 1_000_000;
    private const int Values = 50;
    private const int Page = 1_000;

    private readonly MemberIndex _index = new();
    private readonly SortedSet<(uint Order, int Member)>[] _sets = [.. Enumerable.Range(0, Values).Select(_ => new SortedSet<(uint, int)>())];
    private readonly List<int> _page = [];
    private int _next;

    [GlobalSetup]
    public void SetUp()
    {
        for (var member = 0; member < Members; member++)
        {
            _sets[member % Values].Add((OrderOf(member), member));
            _index.Add(member % Values, OrderOf(member), member);
        }
    }

    [GlobalCleanup]
    public void CleanUp() => _index.Dispose();

    [Benchmark(Baseline = true), BenchmarkCategory("Move")]
    public void NaiveMove()
    {
        var member = Next();
        _sets[member % Values].Remove((OrderOf(member), member));
        _sets[member % Values].Add((OrderOf(member), member));
    }

    [Benchmark, BenchmarkCategory("Move")]
    public void Move()
    {
        var member = Next();
        _index.Remove(member % Values, OrderOf(member), member);
        _index.Add(member % Values, OrderOf(member), member);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Page), BenchmarkCategory("ReadPage")]
    public void NaiveReadPage()
    {
        _page.Clear();
        var set = _sets[Next() % Values];
        foreach (var (_, member) in set.GetViewBetween((OrderOf(_next), 0), set.Max).Take(Page)) _page.Add(member);
    }

    [Benchmark(OperationsPerInvoke = Page), BenchmarkCategory("ReadPage")]
    public void ReadPage() => _index.Read(Next() % Values, OrderOf(_next) / 2, Page, _page, out _);

    private static uint OrderOf(int member) => (uint)member * 2654435769;

    private int Next() => _next = (_next + 7919) % Members;
}

using EntitySync.Core.State;

namespace EntitySync.Tests.State;

/// <summary>Seeded random additions and removals against sorted sets, while paged reads go on.</summary>
public sealed class MemberIndexModelTests : IDisposable
{
    private const int Values = 4;

    private readonly MemberIndex _index = new();
    private readonly SortedSet<(uint Order, int Member)>[] _expected = [.. Enumerable.Range(0, Values).Select(_ => new SortedSet<(uint, int)>())];
    private readonly List<Walk> _walks = [];
    private readonly List<int> _page = [];
    private Random _random = new();
    private int _finishedWalks;

    public static TheoryData<int, int, uint> Histories() => new(Enumerable.Range(1, 6).SelectMany(seed => new[]
    {
        (seed, members: 3, orders: uint.MaxValue),
        (seed, members: 150, orders: 5u),
        (seed, members: 150, orders: 300u),
        (seed, members: 2000, orders: 1u),
        (seed, members: 5000, orders: uint.MaxValue),
        (seed, members: 5000, orders: 1000u),
    }));

    public void Dispose() => _index.Dispose();

    [Theory]
    [MemberData(nameof(Histories))]
    public void RandomChangesDuringReads_MembersThatStayAreReadOnce(int seed, int members, uint orders)
    {
        _random = new Random(seed);
        for (var step = 0; step < 20_000; step++)
        {
            var member = _random.Next(members);
            var shrinks = step / 5000 % 2 == 1;
            switch (_random.Next(20))
            {
                case 0: Advance(members); break;
                case var dice when dice < (shrinks ? 14 : 5): Remove(_random.Next(_random.Next(Values) + 1), OrderOf(member, orders), member); break;
                default: Add(_random.Next(_random.Next(Values) + 1), OrderOf(member, orders), member); break;
            }
        }

        while (_walks.Count > 0) ReadPage(members);
        _finishedWalks.ShouldBeGreaterThan(10);
        CheckAndEmpty();
    }

    /// <summary>An order belongs to its member; 0 and the largest are among them.</summary>
    private static uint OrderOf(int member, uint orders)
    {
        if (member < 2) return member == 0 ? 0 : uint.MaxValue;
        var hash = (uint)(StableHash.Of(BitConverter.GetBytes(member)) >> 32);
        return orders == uint.MaxValue ? hash : hash % orders * (uint.MaxValue / orders);
    }

    private void Add(int value, uint order, int member)
    {
        _index.Add(value, order, member).ShouldBe(_expected[value].Add((order, member)));
        _index.Count(value).ShouldBe(_expected[value].Count);
    }

    private void Remove(int value, uint order, int member)
    {
        _index.Remove(value, order, member).ShouldBe(_expected[value].Remove((order, member)));
        _index.Count(value).ShouldBe(_expected[value].Count);
        foreach (var walk in _walks.Where(walk => walk.Value == value)) walk.Staying.Remove(member);
    }

    private void Advance(int members)
    {
        if (_walks.Count < 3)
        {
            var value = _random.Next(Values);
            _walks.Add(new Walk(value, [.. _expected[value].Select(member => member.Member)]));
        }

        ReadPage(members);
    }

    private void ReadPage(int members)
    {
        var walk = _walks[_random.Next(_walks.Count)];
        var atLeast = 1 + _random.Next(1 + (members / 20));
        _index.Read(walk.Value, walk.Next, atLeast, _page, out var next);
        var expected = PageOf(walk, atLeast);
        _page.ShouldBe(expected.Select(member => member.Member));
        next.ShouldBe(expected.Count == _expected[walk.Value].Count(member => member.Order >= walk.Next) ? null : expected[^1].Order + 1);
        foreach (var member in _page.Where(walk.Staying.Contains)) walk.Read.Add(member);
        walk.Next = next ?? 0;
        if (next is not null) return;
        _walks.Remove(walk);
        _finishedWalks++;
        walk.Read.Where(walk.Staying.Contains).Order().ShouldBe(walk.Staying.Order());
    }

    private List<(uint Order, int Member)> PageOf(Walk walk, int atLeast)
    {
        var rest = _expected[walk.Value].Where(member => member.Order >= walk.Next).ToList();
        return rest.Count <= atLeast ? rest : [.. rest.TakeWhile(member => member.Order <= rest[atLeast - 1].Order)];
    }

    private void CheckAndEmpty()
    {
        for (var value = 0; value < Values; value++)
        {
            _index.Read(value, 0, int.MaxValue, _page, out var next);
            next.ShouldBeNull();
            _page.ShouldBe(_expected[value].Select(member => member.Member));
            foreach (var (order, member) in _expected[value].ToList()) Remove(value, order, member);
        }
    }

    private sealed class Walk(int value, HashSet<int> staying)
    {
        public int Value => value;

        public uint Next { get; set; }

        /// <summary>Members since the walk began that were never removed.</summary>
        public HashSet<int> Staying => staying;

        public List<int> Read { get; } = [];
    }
}

using EntitySync.Core.State;

namespace EntitySync.Tests.State;

public sealed class MemberIndexTests(ITestOutputHelper output) : IDisposable
{
    private const int Million = 1_000_000;

    private readonly MemberIndex _index = new();
    private readonly List<int> _page = [];

    public void Dispose() => _index.Dispose();

    [Fact]
    public void UnknownValue_HasNoMembers()
    {
        _index.Read(7, 0, 10, _page, out var next);

        _page.ShouldBeEmpty();
        next.ShouldBeNull();
        _index.Count(7).ShouldBe(0);
        _index.Remove(7, 1, 1).ShouldBeFalse();
        _index.Count(-1).ShouldBe(0);
        Should.Throw<ArgumentOutOfRangeException>(() => _index.Add(-1, 1, 1));
    }

    [Fact]
    public void LargestOrder_IsReadAndEndsTheRead()
    {
        _index.Add(0, uint.MaxValue, 5);
        _index.Add(0, uint.MaxValue, 3);
        _index.Add(0, uint.MaxValue - 1, 9);

        _index.Read(0, 0, 1, _page, out var next);
        _page.ShouldBe([9]);
        next.ShouldBe(uint.MaxValue);
        _index.Read(0, uint.MaxValue, 1, _page, out next);
        _page.ShouldBe([3, 5]);
        next.ShouldBeNull();
    }

    [Fact]
    public void MemberAddedBehindThePage_IsReadByTheNext()
    {
        _index.Add(0, 10, 1);
        _index.Add(0, 90, 2);
        _index.Read(0, 0, 1, _page, out var next);
        _index.Add(0, 20, 3);

        _index.Read(0, next.ShouldNotBeNull(), 10, _page, out _);

        _page.ShouldBe([3, 2]);
    }

    [Fact]
    public void MillionMembersInRandomOrder_CostAtMost12BytesEach()
    {
        AddMillion();
        output.WriteLine($"{_index.AllocatedBytes / (double)Million:F2} bytes a member");
        (_index.AllocatedBytes / (double)Million).ShouldBeLessThan(12);

        var read = new List<int>();
        uint? from = 0;
        while (from is { } order)
        {
            _index.Read(0, order, 5000, _page, out from);
            read.AddRange(_page);
        }

        read.ShouldBe(Enumerable.Range(0, Million).OrderBy(OrderOf).ThenBy(member => member));
    }

    [Fact]
    public void MillionMembersComeAndGo_MemoryIsUsedAgain()
    {
        AddMillion();
        for (var member = 0; member < Million; member++) _index.Remove(0, OrderOf(member), member).ShouldBeTrue();
        _index.Count(0).ShouldBe(0);
        var allocated = _index.AllocatedBytes;

        AddMillion();

        _index.Count(0).ShouldBe(Million);
        _index.AllocatedBytes.ShouldBeLessThan(allocated * 21 / 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void SortedAdditions_ReadInOrder(int direction)
    {
        for (var number = 0; number < 10_000; number++) _index.Add(0, (uint)(20_000 + (number * direction)), number);

        _index.Read(0, 0, int.MaxValue, _page, out _);

        var numbers = Enumerable.Range(0, 10_000);
        _page.ShouldBe(direction > 0 ? numbers : numbers.Reverse());
    }

    [Fact]
    public void MillionValuesOfOneMember_CostAtMost16BytesEach()
    {
        for (var value = 0; value < Million; value++) _index.Add(value, OrderOf(value), value);

        output.WriteLine($"{_index.AllocatedBytes / (double)Million:F2} bytes a value");
        (_index.AllocatedBytes / (double)Million).ShouldBeLessThan(16);
    }

    [Fact]
    public void AfterDispose_UseThrowsAndNothingIsHeld()
    {
        _index.Add(0, 1, 1);
        _index.Add(0, 1, 2);
        _index.Dispose();

        Should.Throw<ObjectDisposedException>(() => _index.Add(0, 1, 1));
        Should.Throw<ObjectDisposedException>(() => _index.Remove(0, 1, 1));
        Should.Throw<ObjectDisposedException>(() => _index.Count(0));
        Should.Throw<ObjectDisposedException>(() => _index.Read(0, 0, 1, _page, out _));
        _index.AllocatedBytes.ShouldBe(0);
    }

    private void AddMillion()
    {
        for (var member = 0; member < Million; member++) _index.Add(0, OrderOf(member), member);
    }

    private static uint OrderOf(int member) => (uint)(StableHash.Of(BitConverter.GetBytes(member)) >> 32);
}

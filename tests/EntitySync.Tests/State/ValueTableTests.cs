using System.Text;
using EntitySync.Core.State;

namespace EntitySync.Tests.State;

public sealed class ValueTableTests : IDisposable
{
    private readonly ValueTable _values = new();

    public void Dispose() => _values.Dispose();

    [Fact]
    public void LastUseReleased_IdIsGivenAgain()
    {
        var id = _values.Acquire("express"u8);
        _values.Acquire("express"u8).ShouldBe(id);
        _values.Release(id).ShouldBeFalse();
        _values.Find("express"u8).ShouldBe(id);
        _values.Release(id).ShouldBeTrue();

        _values.Find("express"u8).ShouldBe(-1);
        Should.Throw<ArgumentOutOfRangeException>(() => _values.Release(id));
        Should.Throw<ArgumentOutOfRangeException>(() => _values.BytesOf(id).Length);
        _values.Acquire("standard"u8).ShouldBe(id);
    }

    public static TheoryData<int> Seeds() => new(Enumerable.Range(1, 20));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void RandomUses_EqualADictionary(int seed)
    {
        var random = new Random(seed);
        var expected = new Dictionary<string, (int Id, int Uses)>();
        var highest = 0;
        for (var step = 0; step < 5000; step++)
        {
            var value = new string('v', random.Next(3)) + random.Next(20 * seed);
            var (id, uses) = expected.GetValueOrDefault(value, (-1, 0));
            if (random.Next(2) == 0)
            {
                id = _values.Acquire(Encoding.UTF8.GetBytes(value));
                expected[value] = (id, uses + 1);
                highest = Math.Max(highest, expected.Count);
            }
            else if (uses > 0)
            {
                _values.Release(id).ShouldBe(uses == 1);
                if (uses == 1) expected.Remove(value);
                else expected[value] = (id, uses - 1);
            }
        }

        _values.Count.ShouldBe(expected.Count);
        expected.Values.Select(entry => entry.Id).ShouldBeUnique();
        expected.Values.Select(entry => entry.Id).ShouldAllBe(id => id < highest);
        foreach (var (value, (id, _)) in expected)
        {
            _values.Find(Encoding.UTF8.GetBytes(value)).ShouldBe(id);
            Encoding.UTF8.GetString(_values.BytesOf(id)).ShouldBe(value);
        }
    }
}

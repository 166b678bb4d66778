using System.Text;
using EntitySync.Core.State;

namespace EntitySync.Tests.State;

public sealed class PagedStateStoreTests(ITestOutputHelper output) : IDisposable
{
    private readonly PagedStateStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void CallerReusesItsBuffers_StoreKeepsItsCopy()
    {
        var key = Bytes("a");
        var value = Bytes("1");
        _store.Put(key, value);
        value[0] = (byte)'2';
        key[0] = (byte)'b';

        Read("a").ShouldBe("1");
        Read("b").ShouldBeNull();
    }

    [Fact]
    public void EmptyKeyAndEmptyValue_AreLikeAnyOther()
    {
        _store.Find([]).ShouldBe(-1);
        var id = _store.Put([], []);

        Read("").ShouldBe("");
        _store.Find([]).ShouldBe(id);
        _store.Count.ShouldBe(1);
        _store.Delete([]).ShouldBeTrue();
        _store.Delete([]).ShouldBeFalse();
        Read("").ShouldBeNull();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(200)]
    [InlineData(100_000)]
    public void ValueIsPartOfTheStoreItself_IsCopiedWhole(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(number => (char)('a' + (number % 26))));
        var id = _store.Put(Bytes("a"), Bytes(text));
        _store.Put(Bytes("b"), _store.ValueOf(id));
        for (var cut = 1; cut < length; cut *= 2)
        {
            _store.Put(_store.KeyOf(id), _store.ValueOf(id)[1..]);
            text = text[1..];
            Read("a").ShouldBe(text);
        }

        _store.Put(Bytes("a"), _store.KeyOf(_store.Find(Bytes("b"))));
        Read("a").ShouldBe("b");
        _store.Delete(_store.KeyOf(id)).ShouldBeTrue();
        Read("a").ShouldBeNull();
    }

    [Fact]
    public void ValueGrowsByteByByteUnderTheStoresOwnKey_KeyAndValueStayWhole()
    {
        var id = _store.Put(Bytes("abc"), []);
        for (var length = 1; length <= 16_500; length += length < 300 || length > 16_300 ? 1 : 400)
        {
            var value = Enumerable.Repeat((byte)length, length).ToArray();
            _store.Put(_store.KeyOf(id), value).ShouldBe(id);
            _store.KeyOf(id).SequenceEqual("abc"u8).ShouldBeTrue();
            _store.ValueOf(id).SequenceEqual(value).ShouldBeTrue();
        }

        _store.Count.ShouldBe(1);
    }

    [Fact]
    public void IdNotInUse_Throws()
    {
        var id = _store.Put(Bytes("a"), Bytes("1"));
        _store.Delete(Bytes("a"));

        foreach (var unused in new[] { id, id + 1, -1, int.MaxValue })
        {
            Should.Throw<ArgumentOutOfRangeException>(() => _store.ValueOf(unused).Length);
            Should.Throw<ArgumentOutOfRangeException>(() => _store.KeyOf(unused).Length);
            Should.Throw<ArgumentOutOfRangeException>(() => _store.OrderOf(unused));
            Should.Throw<ArgumentOutOfRangeException>(() => _store.Delete(unused));
        }
    }

    [Fact]
    public void EntriesGoWhileIdsAreWalked_EveryOtherIsSeenOnce()
    {
        for (var number = 0; number < 1000; number++) _store.Put(Bytes($"{number}"), []);
        var seen = new List<string>();
        for (var id = _store.NextId(-1); id >= 0; id = _store.NextId(id))
        {
            seen.Add(Encoding.UTF8.GetString(_store.KeyOf(id)));
            _store.Delete(Bytes($"{int.Parse(seen[^1]) ^ 1}"));
        }

        seen.ShouldBe(Enumerable.Range(0, 500).Select(number => $"{number * 2}"));
    }

    [Fact]
    public void HotKeyOfChangingSize_DoesNotGrow()
    {
        var random = new Random(3);
        var value = new byte[20_000];
        var key = Bytes("hot");
        for (var neighbour = 0; neighbour < 1000; neighbour++) _store.Put(Bytes($"{neighbour}"), value.AsSpan(..random.Next(2000)));
        for (var size = 0; size < value.Length; size++) _store.Put(key, value.AsSpan(..size));
        _store.Put(key, []);
        var allocated = _store.AllocatedBytes;

        for (var update = 0; update < 3_000_000; update++) _store.Put(key, value.AsSpan(..random.Next(random.Next(100) == 0 ? value.Length : 1500)));

        _store.Put(key, []);
        _store.AllocatedBytes.ShouldBe(allocated);
    }

    [Fact]
    public void AllValuesGrowStepByStep_MemoryOfTheOldSizesIsUsedAgain()
    {
        for (var size = 40; size < 400; size += 4)
        {
            for (var number = 0; number < 20_000; number++) _store.Put(BitConverter.GetBytes(number), new byte[size]);
        }

        output.WriteLine($"{_store.PayloadBytes} bytes payload, {_store.AllocatedBytes} allocated");
        _store.AllocatedBytes.ShouldBeLessThan(_store.PayloadBytes * 5 / 4);
    }

    [Fact]
    public void SizesShiftToWhereMostWereNot_SparseSlabsAreGivenUp()
    {
        var random = new Random(4);
        for (var number = 0; number < 100_000; number++) _store.Put(BitConverter.GetBytes(number), new byte[100]);
        for (var number = 0; number < 100_000; number++) _store.Put(BitConverter.GetBytes(number), new byte[random.Next(50, 150)]);

        var overhead = (_store.AllocatedBytes - _store.PayloadBytes) / (double)_store.Count;
        output.WriteLine($"{overhead:F1} bytes an entry");
        overhead.ShouldBeLessThan(45);
    }

    [Fact]
    public void TwoMillionEntries_CostAtMost25BytesEachOverPayload()
    {
        var random = new Random(5);
        var value = new byte[64];
        for (var number = 0; number < 2_000_000; number++) _store.Put(Bytes($"item-{number}"), value.AsSpan(..random.Next(16, 64)));

        var overhead = (_store.AllocatedBytes - _store.PayloadBytes) / (double)_store.Count;
        output.WriteLine($"{overhead:F1} bytes an entry");
        overhead.ShouldBeLessThan(25);
    }

    [Fact]
    public void AfterDispose_UseThrowsAndNothingIsHeld()
    {
        var id = _store.Put(Bytes("a"), new byte[100_000]);
        _store.Dispose();
        _store.Dispose();

        Should.Throw<ObjectDisposedException>(() => _store.Put(Bytes("a"), []));
        Should.Throw<ObjectDisposedException>(() => _store.Find(Bytes("a")));
        Should.Throw<ObjectDisposedException>(() => _store.TryGet(Bytes("a"), out _));
        Should.Throw<ObjectDisposedException>(() => _store.Delete(Bytes("a")));
        Should.Throw<ObjectDisposedException>(() => _store.ValueOf(id).Length);
        Should.Throw<ObjectDisposedException>(() => _store.ValueForUpdateOf(id).Length);
        Should.Throw<ObjectDisposedException>(() => _store.NextId(-1));
        (_store.Count, _store.PayloadBytes, _store.AllocatedBytes).ShouldBe((0, 0, 0));
    }

    private string? Read(string key) => _store.TryGet(Bytes(key), out var value) ? Encoding.UTF8.GetString(value) : null;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

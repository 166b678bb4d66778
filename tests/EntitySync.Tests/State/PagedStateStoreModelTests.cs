using System.Text;
using EntitySync.Core.State;

namespace EntitySync.Tests.State;

/// <summary>Seeded random writes against a dictionary of keys to ids and values.</summary>
public sealed class PagedStateStoreModelTests : IDisposable
{
    private readonly PagedStateStore _store = new();
    private readonly Dictionary<string, (int Id, byte[] Value)> _expected = [];
    private Random _random = new();

    public static TheoryData<int, int, int, int> Histories() => new(Enumerable.Range(1, 6).SelectMany(seed => new[]
    {
        (seed, keys: 3, size: 20, steps: 2000),
        (seed, keys: 40, size: 300, steps: 3000),
        (seed, keys: 3000, size: 40, steps: 20_000),
        (seed, keys: 5000, size: 1000, steps: 60_000),
        (seed, keys: 50, size: 20_000, steps: 2000),
        (seed, keys: 5, size: 3 << 20, steps: 30),
    }));

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(Histories))]
    public void RandomWrites_EqualADictionary(int seed, int keys, int size, int steps)
    {
        _random = new Random(seed);
        for (var step = 1; step <= steps; step++)
        {
            var key = new string('k', _random.Next(3) == 0 ? keys % 7 : 0) + _random.Next(keys);
            switch (_random.Next(8))
            {
                case < 3: Delete(key); break;
                case 3: Change(key); break;
                default: Put(key, SizeFor(step * 4 / steps, size)); break;
            }

            CheckKey(key);
            if (step % (steps / 3) == 0) CheckAll();
        }
    }

    /// <summary>Most sizes rise from quarter to quarter of a history, so that sizes in use before are left behind.</summary>
    private int SizeFor(int quarter, int size) => _random.Next(8) == 0
        ? size >> _random.Next(8)
        : _random.Next(size * quarter / 4, (size * (quarter + 1) / 4) + 1);

    private void Put(string key, int size)
    {
        var value = new byte[size];
        _random.NextBytes(value);
        var id = _store.Put(Bytes(key), value);
        if (_expected.TryGetValue(key, out var old)) id.ShouldBe(old.Id);
        _expected[key] = (id, value);
    }

    private void Delete(string key) => _store.Delete(Bytes(key)).ShouldBe(_expected.Remove(key));

    private void Change(string key)
    {
        if (!_expected.TryGetValue(key, out var entry)) return;
        _random.NextBytes(entry.Value);
        entry.Value.CopyTo(_store.ValueForUpdateOf(entry.Id));
    }

    private void CheckKey(string key)
    {
        var isExpected = _expected.TryGetValue(key, out var entry);
        _store.Find(Bytes(key)).ShouldBe(isExpected ? entry.Id : -1);
        _store.TryGet(Bytes(key), out var value).ShouldBe(isExpected);
        value.SequenceEqual(entry.Value).ShouldBeTrue();
    }

    private void CheckAll()
    {
        _store.Count.ShouldBe(_expected.Count);
        _store.PayloadBytes.ShouldBe(_expected.Sum(pair => (long)pair.Key.Length + pair.Value.Value.Length));
        _store.AllocatedBytes.ShouldBeGreaterThanOrEqualTo(_store.PayloadBytes);
        var ids = new List<int>();
        for (var id = _store.NextId(-1); id >= 0; id = _store.NextId(id)) ids.Add(id);
        ids.ShouldBe(_expected.Values.Select(entry => entry.Id).Order());
        foreach (var (key, entry) in _expected)
        {
            CheckKey(key);
            Encoding.UTF8.GetString(_store.KeyOf(entry.Id)).ShouldBe(key);
            _store.ValueOf(entry.Id).SequenceEqual(entry.Value).ShouldBeTrue();
            _store.OrderOf(entry.Id).ShouldBe((uint)(StableHash.Of(Bytes(key)) >> 32));
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

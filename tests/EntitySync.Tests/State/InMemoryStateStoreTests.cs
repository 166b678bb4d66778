using System.Text;
using EntitySync.Core.State;

namespace EntitySync.Tests.State;

public sealed class InMemoryStateStoreTests : IDisposable
{
    private readonly InMemoryStateStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void RandomWrites_EqualADictionary()
    {
        var random = new Random(7);
        var expected = new Dictionary<string, string>();
        for (var step = 0; step < 5_000; step++)
        {
            var key = "k" + random.Next(200);
            if (random.Next(3) == 0)
            {
                _store.Delete(Bytes(key)).ShouldBe(expected.Remove(key));
                continue;
            }

            var value = new string((char)('a' + random.Next(26)), random.Next(6));
            _store.Put(Bytes(key), Bytes(value));
            expected[key] = value;
        }

        _store.Count.ShouldBe(expected.Count);
        _store.PayloadBytes.ShouldBe(expected.Sum(pair => pair.Key.Length + pair.Value.Length));
        for (var index = 0; index < 200; index++) Read("k" + index).ShouldBe(expected.GetValueOrDefault("k" + index));
    }

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

    private string? Read(string key) => _store.TryGet(Bytes(key), out var value) ? Encoding.UTF8.GetString(value) : null;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

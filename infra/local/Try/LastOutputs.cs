using System.Text;
using EntitySync.Core.State;
using EntitySync.Local.Demo;
using EntitySync.Local.Examples;

namespace EntitySync.Local.Try;

/// <summary>The last output of each key of a table.</summary>
internal sealed class LastOutputs
{
    private const long MostBytes = 512L * 1024 * 1024;

    private readonly Dictionary<byte[], ReadOnlyMemory<byte>?> _last = new(ByteKeyComparer.Instance);
    private long _bytes;

    /// <summary>Outputs by key, tombstones included; by ascending key.</summary>
    public IEnumerable<(byte[] Key, ReadOnlyMemory<byte>? Value)> All => _last.OrderBy(output => output.Key, ByteKeyOrder.Instance).Select(output => (output.Key, output.Value));

    /// <summary>As the reader of the output topic sees them.</summary>
    public IReadOnlyList<SeenRecord> Seen => [.. All.Select(output => new SeenRecord(Encoding.UTF8.GetString(output.Key), output.Value?.ToArray(), null))];

    /// <exception cref="InvalidDataException">They are more than memory is to hold.</exception>
    public void Put(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        var bytes = key.ToArray();
        _bytes += (value?.Length ?? 0) - (_last.TryGetValue(bytes, out var old) ? old?.Length ?? 0 : -bytes.Length);
        if (_bytes > MostBytes) throw new InvalidDataException($"The last outputs take more than {MostBytes:N0} bytes, too much to compare them or to print only them: try fewer records.");
        _last[bytes] = value;
    }

    /// <summary>The first key whose outputs differ, JSON compared by value; a tombstone is the same as no output. Null when there is none.</summary>
    /// <returns>The key, its value here and its value there.</returns>
    public (string Key, string? Here, string? There)? FirstDifference(LastOutputs other)
    {
        foreach (var key in _last.Keys.Union(other._last.Keys, ByteKeyComparer.Instance).Order(ByteKeyOrder.Instance))
        {
            var (here, there) = (_last.GetValueOrDefault(key), other._last.GetValueOrDefault(key));
            if (here is { } one && there is { } two && one.Span.SequenceEqual(two.Span)) continue;
            if (!ExampleCheck.AreEqual(Text(here), Text(there))) return (Encoding.UTF8.GetString(key), Text(here), Text(there));
        }

        return null;
    }

    private static string? Text(ReadOnlyMemory<byte>? value) => value is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}

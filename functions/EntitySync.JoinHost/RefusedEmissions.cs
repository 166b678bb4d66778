using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace EntitySync.JoinHost;

/// <summary>
/// Emissions that a topic has refused (too large). A refusal breaks a transaction, so all of it is done again; this time the emission is known and goes
/// to the dead-letter topic in its place. Kept by the thread over its sessions; written by the producer's thread too.
/// </summary>
internal sealed class RefusedEmissions
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<long, string> _reasons = new();

    public void Add(string topic, byte[]? key, byte[]? value, string reason)
    {
        if (_reasons.Count >= Most) _reasons.Clear(); // they would only be refused and noted once more
        _reasons[Hash(topic, key, value)] = reason;
    }

    /// <returns>Why it is refused; null when it is not, as far as is known.</returns>
    public string? Find(string topic, byte[]? key, byte[]? value) =>
        _reasons.IsEmpty ? null : _reasons.GetValueOrDefault(Hash(topic, key, value));

    private static long Hash(string topic, byte[]? key, byte[]? value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(topic));
        hash.AppendData(BitConverter.GetBytes(key?.Length ?? -1));
        hash.AppendData(key ?? []);
        hash.AppendData(value ?? []);
        return BitConverter.ToInt64(hash.GetHashAndReset());
    }
}

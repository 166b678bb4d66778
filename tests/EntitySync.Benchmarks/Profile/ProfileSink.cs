using System.Diagnostics;
using System.Text;
using EntitySync.Benchmarks.Topology;
using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.Benchmarks.Profile;

/// <summary>Carries internal records to the queues of their topics, and keeps of each profile the hash of its last output.</summary>
internal sealed class ProfileSink(int users) : IEmissionSink
{
    private readonly ulong[] _last = new ulong[users];
    private readonly Watch?[] _watches = new Watch?[users];
    private IReadOnlyDictionary<string, TopicQueue> _queues = new Dictionary<string, TopicQueue>();
    private int _watched;

    public long Emitted { get; private set; }

    /// <summary>Records that another part reads.</summary>
    public long Internal { get; private set; }

    public long InternalBytes { get; private set; }

    /// <summary>Records of progress topics, which are read at a start only.</summary>
    public long Notes { get; private set; }

    /// <summary>When the last emission came, if <see cref="IsTimed"/>.</summary>
    public long LastEmittedAt { get; private set; }

    public bool IsTimed { get; set; }

    /// <summary>Keeps the last output of each profile when set, for comparison.</summary>
    public string?[]? Texts { get; init; }

    /// <summary>Hash of the last output; 0 when there was none.</summary>
    public ulong LastOf(int user) => _last[user];

    /// <param name="queues">Topics between the parts; records of any other topic are thrown away.</param>
    public void Connect(IReadOnlyDictionary<string, TopicQueue> queues) => _queues = queues;

    /// <summary>Adds the time from <paramref name="due"/> to the first output of a profile that has a text in it.</summary>
    public void Expect(int user, string text, long due, Latencies latencies)
    {
        if (_watches[user] is not null) throw new InvalidOperationException($"User {user} is watched already.");
        _watches[user] = new Watch(Encoding.UTF8.GetBytes(text), due, latencies);
        _watched++;
    }

    /// <exception cref="InvalidOperationException">A change has not been emitted.</exception>
    public void CheckAllSeen()
    {
        if (_watched > 0) throw new InvalidOperationException($"{_watched} live changes were not emitted.");
    }

    public void Emit(in Emission emission)
    {
        Emitted++;
        if (emission.IsTombstone) throw new InvalidOperationException("No profile is deleted here.");
        var user = UserOf(emission.Key);
        _last[user] = StableHash.Of(emission.Value);
        if (Texts is not null) Texts[user] = Encoding.UTF8.GetString(emission.Value);
        if (_watched > 0) See(user, emission.Value);
        if (IsTimed) LastEmittedAt = Stopwatch.GetTimestamp();
    }

    public void Send(in InternalRecord record)
    {
        if (!_queues.TryGetValue(record.Topic, out var queue))
        {
            Notes++;
            return;
        }

        Internal++;
        InternalBytes += record.Key.Length + record.Value.Length;
        queue.Append(record);
    }

    public void DeadLetter(OutgoingRecord record) => throw new InvalidOperationException($"A benchmark record was refused: {string.Join("; ", record.Headers.Select(header => Encoding.UTF8.GetString(header.Value.Span)))}");

    private void See(int user, ReadOnlySpan<byte> output)
    {
        if (_watches[user] is not { } watch || output.IndexOf(watch.Text) < 0) return;
        watch.Latencies.Add(Stopwatch.GetElapsedTime(watch.Due).TotalMilliseconds);
        _watches[user] = null;
        _watched--;
    }

    // user-00000001@example.org
    private static int UserOf(ReadOnlySpan<byte> key)
    {
        var user = 0;
        foreach (var digit in key.Slice(5, 8)) user = (user * 10) + (digit - '0');
        return user;
    }

    private sealed record Watch(byte[] Text, long Due, Latencies Latencies);
}

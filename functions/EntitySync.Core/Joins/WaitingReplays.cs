using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>Replays of entities that wait for answers. They are in the task's progress, because their own positions are committed meanwhile.</summary>
internal sealed class WaitingReplays
{
    /// <summary>Bytes of an entity's key and waiting messages: they share one record, which must stay below the progress topic's <c>max.message.bytes</c>.</summary>
    public const int EntityBytes = 512 * 1024;

    private readonly Dictionary<byte[], List<byte[]>> _byKey = new(ByteKeyComparer.Instance);
    private byte[] _last = []; // one replay sends the same message with millions of keys: it is kept once

    public int Count => _byKey.Count;

    /// <summary>Keys whose note in the progress topic is out of date.</summary>
    public HashSet<byte[]> Dirty { get; } = new(ByteKeyComparer.Instance);

    /// <summary>Keeps a message; one that waits already is kept once.</summary>
    /// <returns>False when the entity has no room for it.</returns>
    public bool TryAdd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        var isKnown = TryGet(key, out var messages);
        long bytes = key.Length + message.Length;
        foreach (var waiting in isKnown ? messages : [])
        {
            if (message.SequenceEqual(waiting)) return true;
            bytes += waiting.Length;
        }

        if (bytes > EntityBytes) return false;
        if (!isKnown) _byKey[key.ToArray()] = messages = [];
        messages.Add(Interned(message));
        Dirty.Add(key.ToArray());
        return true;
    }

    public bool TryGet(ReadOnlySpan<byte> key, out List<byte[]> messages) => _byKey.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out messages!);

    /// <returns>How many waited.</returns>
    public int Remove(ReadOnlySpan<byte> key)
    {
        if (!_byKey.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(key, out var actual, out var messages)) return 0;
        Dirty.Add(actual);
        return messages.Count;
    }

    public void Restore(byte[] key, List<byte[]> messages) => _byKey[key] = messages;

    private byte[] Interned(ReadOnlySpan<byte> message)
    {
        if (!message.SequenceEqual(_last)) _last = message.ToArray();
        return _last;
    }
}

using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>Replays of entities that wait for answers. They are in the task's progress, because their own positions are committed meanwhile.</summary>
internal sealed class WaitingReplays
{
    private readonly Dictionary<byte[], List<byte[]>> _byKey = new(ByteKeyComparer.Instance);

    public int Count => _byKey.Count;

    /// <summary>Keys whose note in the progress topic is out of date.</summary>
    public HashSet<byte[]> Dirty { get; } = new(ByteKeyComparer.Instance);

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        if (!TryGet(key, out var messages)) _byKey[key.ToArray()] = messages = [];
        messages.Add(message.ToArray());
        Dirty.Add(key.ToArray());
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
}

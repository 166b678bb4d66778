using System.Collections.Concurrent;
using Confluent.Kafka;

namespace EntitySync.Local.EventSources;

/// <summary>
/// Partitions a consumer owns now and how far each is done. Assignment and commits happen on the poll thread; a running delivery only asks
/// <see cref="Owns"/>.
/// </summary>
internal sealed class KafkaPartitions
{
    private readonly ConcurrentDictionary<TopicPartition, long?> _done = new();
    private readonly HashSet<TopicPartition> _uncommitted = [];

    public bool Owns(KafkaRecord record) => _done.ContainsKey(Of(record));

    public IEnumerable<TopicPartition> Owned => _done.Keys;

    /// <summary>Offset to go on from; null when nothing of the partition was done since it was assigned.</summary>
    public long? NextOffset(TopicPartition partition) => _done.GetValueOrDefault(partition);

    public void Assign(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions) _done.TryAdd(partition, null);
    }

    public void Revoke(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _done.TryRemove(partition, out _);
            _uncommitted.Remove(partition);
        }
    }

    /// <summary>Notes that all records of <paramref name="batch"/> are done. Partitions lost in the meantime are their new owner's.</summary>
    public void Done(IReadOnlyList<KafkaRecord> batch)
    {
        foreach (var record in batch)
        {
            var partition = Of(record);
            var next = record.Position.Offset + 1;
            if (!_done.TryGetValue(partition, out var known) || known >= next) continue;
            _done[partition] = next;
            _uncommitted.Add(partition);
        }
    }

    public IReadOnlyList<TopicPartitionOffset> Uncommitted() => [.. _uncommitted.Select(partition => new TopicPartitionOffset(partition, _done[partition] ?? Offset.Unset))];

    public void Committed() => _uncommitted.Clear();

    private static TopicPartition Of(KafkaRecord record) => new(record.Position.Topic, record.Position.Partition);
}

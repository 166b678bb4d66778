using Confluent.Kafka;

namespace EntitySync.JoinHost;

/// <summary>Addresses of records, made once each.</summary>
internal sealed class TopicPartitions
{
    private readonly Dictionary<string, TopicPartition> _any = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Topic, int Partition), TopicPartition> _given = [];

    /// <summary>The partition follows from the key.</summary>
    public TopicPartition Any(string topic) =>
        _any.TryGetValue(topic, out var partition) ? partition : _any[topic] = new TopicPartition(topic, Partition.Any);

    public TopicPartition Of(string topic, int partition) =>
        _given.TryGetValue((topic, partition), out var address) ? address : _given[(topic, partition)] = new TopicPartition(topic, partition);
}

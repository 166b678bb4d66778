using Confluent.Kafka;

namespace EntitySync.JoinHost;

/// <summary>Finds the source of a record by topic and partition, without making an object for each record.</summary>
internal sealed class SourceRoutes
{
    private readonly Dictionary<string, Dictionary<int, OwnedSource>> _byTopic = new(StringComparer.Ordinal);
    private OwnedSource? _last;

    public IEnumerable<OwnedSource> All => _byTopic.Values.SelectMany(partitions => partitions.Values);

    public void Add(OwnedSource source)
    {
        if (!_byTopic.TryGetValue(source.Partition.Topic, out var partitions)) _byTopic[source.Partition.Topic] = partitions = [];
        partitions.Add(source.Partition.Partition.Value, source);
    }

    /// <returns>False when it was not there.</returns>
    public bool Remove(OwnedSource source)
    {
        _last = null;
        return _byTopic.TryGetValue(source.Partition.Topic, out var partitions) && partitions.Remove(source.Partition.Partition.Value);
    }

    /// <returns>Null for a partition that is not ours any more.</returns>
    public OwnedSource? Find(ConsumedRecord result)
    {
        // Records come in runs of one partition.
        if (_last is { } last && last.Partition.Partition.Value == result.Partition.Value && last.Partition.Topic == result.Topic) return last;
        return _last = _byTopic.TryGetValue(result.Topic, out var partitions) ? partitions.GetValueOrDefault(result.Partition.Value) : null;
    }
}

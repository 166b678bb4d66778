using EntitySync.Core.State;

namespace EntitySync.Simulation.Log;

/// <summary>An abstract Kafka: topics, transactions with fencing, a consumer group's committed positions.</summary>
public sealed class SimulatedLog
{
    private readonly Dictionary<string, SimulatedPartition[]> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedProducer> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Topic, int Partition), long> _positions = [];
    private long _ticks;

    public IReadOnlyDictionary<string, int> PartitionCounts => _topics.ToDictionary(topic => topic.Key, topic => topic.Value.Length);

    public IEnumerable<SimulatedPartition> Partitions => _topics.Values.SelectMany(partitions => partitions);

    /// <summary>Rises with every rebalance; a member that has missed one may not commit.</summary>
    public int Generation { get; set; }

    public bool HasOpenTransaction => _producers.Values.Any(producer => producer.HasOpenTransaction);

    public void Create(string topic, int partitions, bool isCompacted) =>
        _topics.TryAdd(topic, [.. Enumerable.Range(0, partitions).Select(index => new SimulatedPartition(topic, index, isCompacted))]);

    public SimulatedPartition[] Topic(string name) => _topics[name];

    public SimulatedPartition Partition(string topic, int partition) => _topics[topic][partition];

    public int PartitionFor(string topic, byte[]? key) => key is null ? 0 : Murmur2Partitioner.PartitionFor(key, _topics[topic].Length);

    /// <summary>Written by the world outside.</summary>
    public StoredRecord Write(string topic, byte[]? key, byte[]? value) => Append(topic, PartitionFor(topic, key), key, value, [], 0, null);

    /// <summary>A writer takes the id: one that had it before is fenced and its open transaction aborted.</summary>
    public SimulatedProducer InitProducer(string id, bool isTransactional)
    {
        _producers.GetValueOrDefault(id)?.Fence();
        return _producers[id] = new SimulatedProducer(this, isTransactional);
    }

    /// <summary>Position the group goes on from; 0 when it has none.</summary>
    public long Committed(string topic, int partition) => _positions.GetValueOrDefault((topic, partition));

    /// <exception cref="FencedException">The member has missed a rebalance.</exception>
    public void CommitPositions(IEnumerable<Position> next, int generation)
    {
        CheckGeneration(generation);
        foreach (var position in next) _positions[(position.Topic, position.Partition)] = position.Offset;
    }

    public void CheckGeneration(int generation)
    {
        if (generation != Generation) throw new FencedException($"generation {generation} is not {Generation}");
    }

    internal StoredRecord Append(string topic, int partition, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader> headers, int writer, SimulatedTransaction? transaction) =>
        Partition(topic, partition).Append(++_ticks, key, value, headers, writer, transaction);
}

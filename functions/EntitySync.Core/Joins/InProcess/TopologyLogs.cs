using EntitySync.Core.State;

namespace EntitySync.Core.Joins.InProcess;

/// <summary>The topics of a topology in memory: a log for each partition, never compacted.</summary>
/// <param name="topology">Whose topics.</param>
/// <param name="partitions">Of every topic.</param>
internal sealed class TopologyLogs(JoinTopology topology, int partitions)
{
    private readonly Dictionary<(string Topic, int Partition), List<LogRecord>> _logs = [];

    /// <summary>Partition count of every topic.</summary>
    public IReadOnlyDictionary<string, int> Partitions { get; } = topology.Topics.ToDictionary(topic => topic, _ => partitions);

    /// <summary>Bytes of all keys and values.</summary>
    public long Bytes { get; private set; }

    public List<LogRecord> Of(string topic, int partition)
    {
        if (!_logs.TryGetValue((topic, partition), out var log)) log = _logs[(topic, partition)] = [];
        return log;
    }

    /// <summary>All records of a topic, partition by partition.</summary>
    public IEnumerable<LogRecord> Of(string topic) => Enumerable.Range(0, partitions).SelectMany(partition => Of(topic, partition));

    /// <returns>Where the record stands.</returns>
    /// <exception cref="ArgumentException">No such topic.</exception>
    public Position Append(string topic, int partition, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, IReadOnlyList<RecordHeader> headers)
    {
        if (!Partitions.ContainsKey(topic)) throw new ArgumentException($"The topology does not know topic '{topic}'.", nameof(topic));
        var log = Of(topic, partition);
        log.Add(new LogRecord(0, partition, log.Count, Timestamp: 0, key, value, headers));
        Bytes += (key?.Length ?? 0) + (value?.Length ?? 0);
        return new Position(topic, partition, log.Count - 1);
    }
}

using Confluent.Kafka;
using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.JoinHost;

/// <summary>
/// A root partition that the group has given to this thread: one task for every topology that reads the topic, and the positions
/// of the root partition and of the replay partitions that go with it.
/// </summary>
internal sealed class OwnedPartition(TopicPartition root, IReadOnlyList<JoinTask> tasks) : IDisposable
{
    private static readonly RecordHeader[] NoHeaders = [];

    private readonly Dictionary<TopicPartition, SourcePosition> _positions = [];

    public TopicPartition Root => root;

    public IReadOnlyList<JoinTask> Tasks => tasks;

    /// <summary>False until its state is restored; no record is processed before.</summary>
    public bool IsLive { get; set; }

    /// <summary>Root records that came before the partition was live: the client may hand out a few before it is paused.</summary>
    public Queue<ConsumeResult<byte[]?, byte[]?>> Backlog { get; } = new();

    public IEnumerable<TopicPartition> ReplayPartitions =>
        from task in tasks
        from source in task.Part.Sources
        where source.Role == SourceRole.Replay
        select new TopicPartition(source.Topic, root.Partition);

    public bool HasState => tasks.Any(task => task.Topology.Root.RestoresState);

    /// <summary>Position of one source, made when it is first asked for.</summary>
    public SourcePosition Position(TopicPartition source)
    {
        if (!_positions.TryGetValue(source, out var position)) position = _positions[source] = new SourcePosition();
        return position;
    }

    public void Restore(ConsumeResult<byte[]?, byte[]?> result)
    {
        var record = ToRecord(result, SubTopology.LeadIndex);
        foreach (var task in tasks)
        {
            if (task.Topology.Root.RestoresState) task.Restore(record);
        }
    }

    public void ProcessRoot(ConsumeResult<byte[]?, byte[]?> result)
    {
        var record = ToRecord(result, SubTopology.LeadIndex);
        foreach (var task in tasks) task.Process(record);
        Position(root).Next = result.Offset.Value + 1;
    }

    public void ProcessReplay(ConsumeResult<byte[]?, byte[]?> result)
    {
        foreach (var task in tasks)
        {
            var sources = task.Part.Sources;
            for (var index = 0; index < sources.Length; index++)
            {
                if (sources[index].Role == SourceRole.Replay && sources[index].Topic == result.Topic) task.Process(ToRecord(result, index));
            }
        }

        Position(result.TopicPartition).Next = result.Offset.Value + 1;
    }

    /// <summary>Positions that have moved since they were committed.</summary>
    public IEnumerable<TopicPartitionOffset> Uncommitted() =>
        from entry in _positions
        where entry.Value.Next is { } next && next != entry.Value.Committed
        select new TopicPartitionOffset(entry.Key, entry.Value.Next!.Value);

    public void Dispose()
    {
        foreach (var task in tasks) task.Dispose();
    }

    private static LogRecord ToRecord(ConsumeResult<byte[]?, byte[]?> result, int source) => new(
        source,
        result.Partition.Value,
        result.Offset.Value,
        result.Message.Timestamp.UnixTimestampMs,
        OptionalBytes.From(result.Message.Key),
        OptionalBytes.From(result.Message.Value),
        result.Message.Headers is { Count: > 0 } headers
            ? [.. headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes() ?? []))]
            : NoHeaders);
}

/// <summary>Next offset to be read, and the one the group holds; null when there is none yet.</summary>
internal sealed class SourcePosition
{
    public long? Next { get; set; }

    public long? Committed { get; set; }
}

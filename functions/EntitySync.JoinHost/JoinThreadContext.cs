using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>What one thread keeps over its sessions.</summary>
internal sealed class JoinThreadContext(
    int thread, IReadOnlyList<JoinTopology> topologies, JoinHostOptions options, ILogger logger, TimeProvider time, Action onCommitted)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    private JoinThreadStatus _status = new(thread, "starting", null, [], []);
    private long _lastReport;
    private volatile string? _trouble;

    public IReadOnlyList<JoinTopology> Topologies => topologies;

    public JoinHostOptions Options => options;

    public ILogger Logger => logger;

    public TimeProvider Time => time;

    public IReadOnlyDictionary<string, JoinCounts> Counts { get; } = topologies.ToDictionary(topology => topology.Entity, _ => new JoinCounts(), StringComparer.Ordinal);

    public JoinThreadStatus Status => Volatile.Read(ref _status);

    /// <summary>Notes trouble with the cluster for whoever looks at the status; a commit that succeeds clears it.</summary>
    public void OnTrouble(string trouble) => _trouble = trouble;

    public void OnCommitted()
    {
        _trouble = null;
        onCommitted();
    }

    /// <summary>The thread is between two sessions or has ended.</summary>
    public void Report(string state, string? reason) => Volatile.Write(ref _status, new JoinThreadStatus(thread, state, reason, [], []));

    /// <summary>Publishes a snapshot for other threads; cheap enough for every round, as it is made at most ten times a second or on a new state.</summary>
    public void Report(string state, Func<IEnumerable<OwnedPartition>> owned, Func<IReadOnlyList<RestoreStatus>> restoring)
    {
        if (state == _status.State && time.GetElapsedTime(_lastReport) < ReportInterval) return;
        _lastReport = time.GetTimestamp();
        var tasks = owned().SelectMany(partition => partition.Tasks.Select(task => TaskStatus(partition, task))).ToList();
        Volatile.Write(ref _status, new JoinThreadStatus(thread, state, _trouble, tasks, restoring()));
    }

    private static JoinTaskStatus TaskStatus(OwnedPartition partition, JoinTask task)
    {
        var root = partition.Position(partition.Root);
        var replay = task.Part.Sources.FirstOrDefault(source => source.Role == SourceRole.Replay) is { } source
            ? partition.Position(new Confluent.Kafka.TopicPartition(source.Topic, partition.Root.Partition))
            : null;
        return new JoinTaskStatus(
            task.Topology.Entity, task.Partition, task.Rows, task.StateBytes, root.Next ?? root.Committed, root.Committed, replay?.Next ?? replay?.Committed, replay?.Committed);
    }
}

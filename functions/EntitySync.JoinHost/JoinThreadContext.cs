using EntitySync.Core.Joins;
using EntitySync.JoinHost.Telemetry;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>What one thread keeps over its sessions.</summary>
internal sealed class JoinThreadContext(
    int thread, IReadOnlyList<JoinTopology> topologies, StateGuard guard, JoinHostOptions options, bool isTransactional, ILogger logger, TimeProvider time, Action onCommitted)
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    private JoinThreadStatus _status = new(thread, "starting", null, [], [], null);
    private long _lastReport;
    private long _lastSign = time.GetTimestamp();
    private long? _runningSince;
    private bool _hasWorked;
    private volatile string? _trouble;

    public int Thread => thread;

    public IReadOnlyList<JoinTopology> Topologies => topologies;

    /// <summary>Shared by all threads.</summary>
    public StateGuard Guard => guard;

    public JoinHostOptions Options => options;

    public ILogger Logger => logger;

    public TimeProvider Time => time;

    public BatchTrace Trace { get; } = new(thread, time);

    public EntityQueries Queries { get; } = new(logger);

    public IReadOnlyDictionary<string, JoinCounts> Counts { get; } = topologies.ToDictionary(topology => topology.Entity, _ => new JoinCounts(), StringComparer.Ordinal);

    public TransactionCounts Transactions { get; } = new();

    public RefusedEmissions Refused { get; } = new();

    /// <summary>What has been warned of once already.</summary>
    public HashSet<string> Warned { get; } = new(StringComparer.Ordinal);

    public JoinThreadStatus Status => Volatile.Read(ref _status);

    /// <summary>How long the thread has done nothing that would show that it is alive.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _lastSign));

    /// <summary>To be called by steps that may take minutes.</summary>
    public void ShowSign() => Volatile.Write(ref _lastSign, time.GetTimestamp());

    /// <summary>The last trouble with the cluster since the last commit.</summary>
    public string? Trouble => _trouble;

    /// <summary>Notes trouble with the cluster for whoever looks at the status; a commit that succeeds clears it.</summary>
    public void OnTrouble(string trouble) => _trouble = trouble;

    public void OnCommitted()
    {
        _trouble = null;
        _hasWorked = true;
        onCommitted();
    }

    /// <summary>The thread is between two sessions or has ended.</summary>
    public void Report(string state, string? reason)
    {
        ShowSign();
        _runningSince = null;
        Volatile.Write(ref _status, new JoinThreadStatus(thread, state, reason, [], [], TransactionStatus()) { HasWorked = _hasWorked });
    }

    /// <summary>Publishes a snapshot for other threads; cheap enough for every round, as it is made at most ten times a second or on a new state.</summary>
    public void Report(string state, PartitionSet partitions, RecordConsumer member)
    {
        if (state == _status.State && time.GetElapsedTime(_lastReport) < ReportInterval) return;
        ShowSign();
        _lastReport = _lastSign;
        NoteWork(state);
        var tasks = partitions.Owned.SelectMany(partition => TaskStatuses(partition, source => partitions.EndOf(source, member))).ToList();
        Volatile.Write(ref _status, new JoinThreadStatus(thread, state, _trouble, tasks, partitions.Restoring, TransactionStatus()) { HasWorked = _hasWorked });
    }

    private void NoteWork(string state)
    {
        if (state != "running") _runningSince = null;
        else if (_runningSince is not { } since) _runningSince = _lastSign;
        else _hasWorked |= time.GetElapsedTime(since) >= options.WorksAfter;
    }

    private TransactionStatus? TransactionStatus() => isTransactional ? new TransactionStatus(Transactions.Committed, Transactions.Aborted) : null;

    private static IEnumerable<JoinTaskStatus> TaskStatuses(OwnedPartition partition, Func<OwnedSource, long?> endOf)
    {
        for (var part = 0; part < partition.Parts.Count; part++)
        {
            var (topology, plan) = partition.Parts[part];
            var task = part < partition.Tasks.Count ? partition.Tasks[part] : null;
            var sources = partition.Sources.Where(source => source.HasPosition && source.IsReadBy(part)).Select(source => SourceStatusOf(source, endOf(source)));
            yield return new JoinTaskStatus(
                topology.Entity, plan.Name, partition.Lead.Partition.Partition.Value, partition.IsLive,
                task?.Rows ?? 0, task?.StateBytes ?? 0, task?.AllocatedBytes ?? 0, [.. sources], task?.Fanouts ?? []);
        }
    }

    private static SourceStatus SourceStatusOf(OwnedSource source, long? end)
    {
        var position = source.Next ?? source.Committed;
        return new SourceStatus(source.Partition.Topic, source.Role.ToString(), position, source.Committed, end is { } known ? Math.Max(0, known - (position ?? 0)) : null);
    }
}

using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// The clients and tasks of one thread from joining the group to leaving it. At-least-once: positions are committed only after every
/// emission made from them is acknowledged. Any failure ends the session; the next one starts from the committed positions.
/// All of it, the rebalance handlers included, runs on the thread that calls <see cref="Run"/>.
/// </summary>
internal sealed class JoinSession : IDisposable
{
    private readonly JoinThreadContext _context;
    private readonly IReadOnlyDictionary<string, int> _partitionCounts;
    private readonly Dictionary<TopicPartition, OwnedPartition> _owned = [];
    private readonly List<OwnedPartition> _new = [];
    private readonly KafkaEmissionSink _sink;
    private readonly StateRestorer _restorer;
    private readonly ReplayFollower _replays;
    private readonly IConsumer<byte[]?, byte[]?> _member;
    private bool _hasJoined;
    private bool _hasLeft;
    private CancellationToken _stop;
    private int _sinceCommit;
    private long _lastCommit;

    public JoinSession(JoinThreadContext context, ThreadClients clients)
    {
        _context = context;
        _partitionCounts = TopicCheck.Run(clients, context.Topologies, context.Options.RequestTimeout);
        _sink = new KafkaEmissionSink(clients.Producer(), context.Topologies.Select(topology => (topology, context.Counts[topology.Entity])), context.Logger);
        _restorer = new StateRestorer(clients, context.Options.RequestTimeout, context.Logger, context.Time);
        _replays = new ReplayFollower(clients);
        _member = clients.GroupMember(builder => builder
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => OnLost(partitions)));
        _lastCommit = context.Time.GetTimestamp();
    }

    private JoinHostOptions Options => _context.Options;

    /// <summary>Works until <paramref name="stop"/>, then commits what is acknowledged and leaves the group.</summary>
    /// <param name="abandon">Asked after the stop; true to leave without commit, as a crash would.</param>
    /// <param name="stop">Ends the work.</param>
    public void Run(Func<bool> abandon, CancellationToken stop)
    {
        _stop = stop;
        _member.Subscribe(_context.Topologies.Select(topology => topology.Root.Topic).Distinct(StringComparer.Ordinal));
        while (!stop.IsCancellationRequested)
        {
            var roots = TakeRoots();
            BringNewToLife();
            if (_restorer.IsBusy) _restorer.Step(Options.RestoreStep, GoLive);
            var replays = roots == 0 ? _replays.Step(Options.ReplayStep) : 0;
            if (roots + replays == 0 && !_restorer.IsBusy) TakeRoot(Options.IdleWait);
            _sinceCommit += roots + replays;
            _sink.ThrowIfFailed();
            CommitIfDue();
            _context.Report(State(), () => _owned.Values, () => _restorer.Progress);
        }

        if (abandon()) return;
        CommitLast();
        Leave();
    }

    /// <summary>Leaves the group, so that others need not wait for the session to time out, and drops what is not committed.</summary>
    public void Dispose()
    {
        try
        {
            Leave();
        }
        catch (KafkaException failure)
        {
            _context.Logger.LogWarning("Leaving the group: {Error}", KafkaErrors.Describe(failure.Error));
        }
        finally
        {
            _member.Dispose();
            _replays.Dispose();
            _restorer.Dispose();
            _sink.Dispose();
            foreach (var partition in _owned.Values) partition.Dispose();
        }
    }

    /// <summary>Nothing is flushed or committed on the way out: what could be has been, and after a failure nothing may.</summary>
    private void Leave()
    {
        if (_hasLeft) return;
        _hasLeft = true;
        _member.Close();
    }

    private string State() => !_hasJoined ? "joining" : _restorer.IsBusy || _new.Count > 0 ? "restoring" : "running";

    private int TakeRoots()
    {
        var taken = 0;
        while (taken < Options.RootStep && TakeRoot(TimeSpan.Zero)) taken++;
        return taken;
    }

    private bool TakeRoot(TimeSpan wait)
    {
        ConsumeResult<byte[]?, byte[]?>? result;
        try
        {
            result = _member.Consume(wait);
        }
        catch (ConsumeException failure) when (KafkaErrors.Sort(failure.Error) == KafkaErrorAction.Retry)
        {
            _context.Logger.LogWarning("Reading: {Error}", KafkaErrors.Describe(failure.Error));
            return false;
        }

        if (result is null || !_owned.TryGetValue(result.TopicPartition, out var partition)) return false;
        if (partition.IsLive) partition.ProcessRoot(result);
        else partition.Backlog.Enqueue(result);
        if (wait > TimeSpan.Zero) _sinceCommit++;
        return true;
    }

    private List<TopicPartitionOffset> OnAssigned(List<TopicPartition> roots)
    {
        _hasJoined = true;
        if (roots.Count == 0) return [];
        if (roots.Exists(root => root.Partition.Value >= _partitionCounts[root.Topic])) throw new JoinThreadException("A root topic has got more partitions");

        var added = roots.ConvertAll(Own);
        var asked = added.SelectMany(partition => partition.ReplayPartitions.Prepend(partition.Root)).ToList();
        foreach (var committed in _member.Committed(asked, Options.RequestTimeout).Where(committed => committed.Offset.Value >= 0))
        {
            added.Single(partition => partition.Root == committed.TopicPartition || partition.ReplayPartitions.Contains(committed.TopicPartition))
                .Position(committed.TopicPartition).Committed = committed.Offset.Value;
        }

        foreach (var partition in added) _owned.Add(partition.Root, partition);
        _new.AddRange(added);
        _context.Logger.LogInformation("Assigned {Partitions}", string.Join(", ", roots));
        return added.ConvertAll(partition => new TopicPartitionOffset(partition.Root, partition.Position(partition.Root).Committed is { } next ? next : Offset.Beginning));
    }

    private void OnRevoked(List<TopicPartitionOffset> roots)
    {
        try
        {
            if (!_hasLeft) Commit(() => _stop.IsCancellationRequested);
        }
        finally
        {
            Drop(roots, "Revoked");
        }
    }

    private void OnLost(List<TopicPartitionOffset> roots) => Drop(roots, "Lost");

    private void Drop(List<TopicPartitionOffset> roots, string how)
    {
        _context.Logger.LogInformation("{How} {Partitions}", how, string.Join(", ", roots.Select(root => root.TopicPartition)));
        foreach (var root in roots)
        {
            if (!_owned.Remove(root.TopicPartition, out var partition)) continue;
            _new.Remove(partition);
            _restorer.Leave(partition);
            _replays.Leave(partition);
            partition.Dispose();
        }
    }

    private OwnedPartition Own(TopicPartition root) => new(root,
    [
        .. _context.Topologies.Where(topology => topology.Root.Topic == root.Topic).Select(topology => JoinTask.Create(
            topology,
            topology.RootPart,
            root.Partition.Value,
            new TaskPorts(_partitionCounts, _sink, _context.Counts[topology.Entity], _context.Logger, _context.Time))),
    ]);

    /// <summary>Not done in the rebalance handler itself: a partition can be paused only once it is assigned.</summary>
    private void BringNewToLife()
    {
        if (_new.Count == 0) return;
        var restoring = _restorer.Start(_new);
        _member.Pause(restoring.Select(partition => partition.Root));
        foreach (var partition in _new.Except(restoring)) GoLive(partition);
        _new.Clear();
    }

    private void GoLive(OwnedPartition partition)
    {
        partition.IsLive = true;
        while (partition.Backlog.TryDequeue(out var result))
        {
            partition.ProcessRoot(result);
            _sinceCommit++;
        }

        _member.Resume([partition.Root]);
        _replays.Follow(partition);
    }

    private void CommitIfDue()
    {
        if (_sinceCommit == 0) return;
        if (_sinceCommit < Options.CommitRecords && _context.Time.GetElapsedTime(_lastCommit) < Options.CommitInterval) return;
        Commit(() => _stop.IsCancellationRequested);
    }

    /// <summary>
    /// Another member that stops at the same time starts a rebalance, which forbids commits until this one has taken part in it.
    /// What is still read meanwhile is not processed, so its position does not move.
    /// </summary>
    private void CommitLast()
    {
        var started = _context.Time.GetTimestamp();
        bool IsLate() => _context.Time.GetElapsedTime(started) > Options.StopFlushTimeout;
        while (!Commit(IsLate) && !IsLate()) _member.Consume(Options.CommitInterval);
    }

    /// <summary>Waits for all emissions, then commits the positions they came from. A commit that a rebalance forbids is made up for later.</summary>
    /// <returns>True when nothing is left to be committed.</returns>
    private bool Commit(Func<bool> deadline)
    {
        _lastCommit = _context.Time.GetTimestamp();
        var positions = _owned.Values.SelectMany(partition => partition.Uncommitted()).ToList();
        if (!_sink.Flush(deadline)) return false;
        if (positions.Count == 0) return true;
        try
        {
            _member.Commit(positions);
        }
        catch (KafkaException failure) when (KafkaErrors.IsRebalance(failure.Error))
        {
            _context.Logger.LogInformation("Commit waits for the rebalance: {Error}", KafkaErrors.Describe(failure.Error));
            return false;
        }

        _sinceCommit = 0;
        foreach (var committed in positions) PositionOf(committed.TopicPartition).Committed = committed.Offset.Value;
        _context.OnCommitted();
        return true;
    }

    private SourcePosition PositionOf(TopicPartition source) =>
        _owned.Values.Single(partition => partition.Root == source || partition.ReplayPartitions.Contains(source)).Position(source);
}

using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.JoinHost.Telemetry;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// The clients and tasks of one thread from joining the group to leaving it. Any failure ends the session; the next one starts from the committed
/// positions. All of it, the rebalance handlers included, runs on the thread that calls <see cref="Run"/>.
/// <list type="bullet">
/// <item>A round takes what waits in this order, each in a bounded step: live records, replays, broadcast changes, one step of a fan-out.</item>
/// <item>So a live update waits for one step at most, and a fan-out gets its step in every round.</item>
/// </list>
/// </summary>
internal sealed class JoinSession : IDisposable
{
    private readonly JoinThreadContext _context;
    private readonly ThreadClients _clients;
    private readonly IReadOnlyDictionary<string, int> _partitionCounts;
    private readonly ThreadProducer _producer;
    private readonly KafkaEmissionSink _sink;
    private readonly PartitionSet _partitions;
    private readonly PositionCommitter _committer;
    private readonly FanoutPace _fanout;
    private readonly RecordConsumer _member;
    private readonly int _generation;
    private bool _hasJoined;
    private bool _hasLeft;
    private bool _isAbandoned;
    private CancellationToken _stop;

    public JoinSession(JoinThreadContext context, ThreadClients clients)
    {
        _context = context;
        _clients = clients;
        _generation = clients.Generation;
        (_partitionCounts, var limits) = TopicCheck.Run(clients, context);
        _producer = new ThreadProducer(clients, limits, context.Options, context.Time);
        _sink = new KafkaEmissionSink(_producer, limits, context.Topologies.Select(topology => (topology, context.Counts[topology.Entity])), context.Refused, context.Logger);
        _partitions = new PartitionSet(context, _partitionCounts, _sink, clients);
        _committer = new PositionCommitter(context, _producer, _sink, _partitions.Owned);
        _fanout = new FanoutPace(context.Options.FanoutStep, context.Time);
        _member = clients.GroupMember(builder => builder
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => OnLost(partitions)));
    }

    private JoinHostOptions Options => _context.Options;

    /// <summary>Works until <paramref name="stop"/>, then commits and leaves the group.</summary>
    /// <param name="abandon">Asked after the stop; true to leave without commit, as a crash would.</param>
    /// <param name="stop">Ends the work.</param>
    public void Run(Func<bool> abandon, CancellationToken stop)
    {
        _stop = stop;
        _producer.Start(stop);
        _context.Guard.Check(_clients, _member, _partitionCounts, _context, stop);
        _member.Subscribe(_context.Topologies.SelectMany(topology => topology.SubTopologies).Select(part => part.Lead.Topic).Distinct(StringComparer.Ordinal));
        while (!stop.IsCancellationRequested)
        {
            if (_clients.Generation != _generation) throw new JoinThreadException("the certificates in Secrets Manager were renewed, and clients keep theirs for life");
            _sink.Poll();
            var work = Round();
            _sink.ThrowIfFailed();
            if (_committer.IsDue(isIdle: work == 0 && !_partitions.HasFanout)) _committer.Commit(_member, () => _stop.IsCancellationRequested);
            _context.Queries.Answer(_partitions.Owned, _partitionCounts);
            _context.Report(State(), _partitions, _member);
        }

        _isAbandoned = abandon();
        if (_isAbandoned) return;
        CommitLast();
        Leave();
    }

    /// <summary>Leaves the group, so that others need not wait for the session to time out, and drops what is not committed.</summary>
    public void Dispose()
    {
        // Before the group is left: whoever takes over waits until the positions of this transaction are settled.
        if (!_isAbandoned && _producer.Abort()) _context.Transactions.Aborted++;
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
            _partitions.Dispose();
            _producer.Dispose();
        }
    }

    /// <returns>How much was done; 0 when there was nothing to do.</returns>
    private int Round()
    {
        var started = _context.Time.GetTimestamp();
        var live = TakeLeads() + _partitions.StepLive(Options.LiveStep);
        var restored = _partitions.BringNewToLife(_member);
        // Not only when no live record came: in a busy topic one always comes.
        var others = live < Options.LiveStep ? _partitions.StepReplays(Options.ReplayStep) : 0;
        others += _partitions.StepBroadcasts(Options.BroadcastStep);
        if (_sink.InFlight < Options.FanoutInFlight) others += _fanout.Step(_partitions.LiveTasks);
        _partitions.LetGoOn(_member);
        if (live + others > 0) JoinInstruments.Round(_context.Thread, _context.Time.GetElapsedTime(started));
        if (live + restored + others == 0 && TakeLead(Options.IdleWait)) live = 1;
        _committer.OnWork(live + others);
        return live + restored + others;
    }

    private int TakeLeads()
    {
        var taken = 0;
        while (taken < Options.LiveStep && TakeLead(TimeSpan.Zero)) taken++;
        return taken;
    }

    private bool TakeLead(TimeSpan wait)
    {
        var result = _member.Take(wait, _context.Logger);
        if (result is null || _partitions.Leads.Find(result) is not { } lead) return false;
        if (!lead.Owner.IsLive)
        {
            lead.Owner.Backlog.Enqueue(result.Copy());
            return true;
        }

        lead.Process(result);
        PartitionSet.HoldBack(lead.Owner, _member);
        return true;
    }

    private IEnumerable<TopicPartitionOffset> OnAssigned(List<TopicPartition> leads)
    {
        _hasJoined = true;
        if (leads.Count == 0) return [];
        _context.Logger.LogInformation("Assigned {Partitions}", string.Join(", ", leads));
        return _partitions.Add(_member, leads);
    }

    private void OnRevoked(List<TopicPartitionOffset> leads)
    {
        try
        {
            if (!_hasLeft) CommitBeforeRevoke();
        }
        finally
        {
            Drop(leads, "Revoked");
        }
    }

    /// <summary>A transaction holds work of all partitions, so it is finished before any of them goes; what cannot be is done again by all.</summary>
    private void CommitBeforeRevoke()
    {
        var isCommitted = _committer.Commit(_member, () => _stop.IsCancellationRequested);
        if (!isCommitted && _producer.InTransaction) throw new JoinThreadException("the transaction could not be finished before partitions were revoked");
    }

    private void OnLost(List<TopicPartitionOffset> leads)
    {
        Drop(leads, "Lost");
        if (!_hasLeft && _producer.InTransaction) throw new JoinThreadException("partitions were lost to others in the middle of a transaction");
    }

    private void Drop(List<TopicPartitionOffset> leads, string how)
    {
        _context.Logger.LogInformation("{How} {Partitions}", how, string.Join(", ", leads.Select(lead => lead.TopicPartition)));
        foreach (var lead in leads) _partitions.Drop(lead.TopicPartition);
    }

    private string State() => !_hasJoined ? "joining" : _partitions.IsRestoring ? "restoring" : "running";

    /// <summary>
    /// Another member that stops at the same time starts a rebalance, which forbids commits until this one has taken part in it.
    /// What is still read meanwhile is not processed, so its position does not move.
    /// </summary>
    private void CommitLast()
    {
        var started = _context.Time.GetTimestamp();
        bool IsLate() => _context.Time.GetElapsedTime(started) > Options.StopFlushTimeout;
        while (!_committer.Commit(_member, IsLate) && !IsLate()) _member.Consume(Options.CommitInterval);
    }

    private void Leave()
    {
        if (_hasLeft) return;
        _hasLeft = true;
        _member.Close();
    }
}

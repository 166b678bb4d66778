using Confluent.Kafka;
using EntitySync.Core.Joins;
using EntitySync.JoinHost.Logging;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// The lead partitions of one session from the day they are assigned: new (waiting for broadcast tables), restoring, live, dropped.
/// </summary>
internal sealed class PartitionSet(JoinThreadContext context, IReadOnlyDictionary<string, int> partitionCounts, IEmissionSink sink, ThreadClients clients) : IDisposable
{
    private readonly Dictionary<TopicPartition, OwnedPartition> _owned = [];
    private readonly List<OwnedPartition> _new = [];
    private readonly List<JoinTask> _liveTasks = [];
    private readonly StateRestorer _restorer = new(clients, context.Options.RequestTimeout, context.Logger, context.Time);
    private readonly BroadcastFollower _broadcasts = new(context, clients, partitionCounts);
    private readonly SourceFollower _live = new(clients, context.Logger, SourceRole.Answers, SourceRole.Rows);
    private readonly SourceFollower _replays = new(clients, context.Logger, SourceRole.Replay);

    private bool _areTablesAsked;

    public SourceRoutes Leads { get; } = new();

    public IReadOnlyCollection<OwnedPartition> Owned => _owned.Values;

    /// <summary>Tasks of live partitions.</summary>
    public IReadOnlyList<JoinTask> LiveTasks => _liveTasks;

    /// <summary>A fan-out that waits for acknowledgements is not idle.</summary>
    public bool HasFanout => _liveTasks.Exists(task => task.HasFanout);

    public bool IsRestoring => _new.Count > 0 || _restorer.IsBusy;

    public IReadOnlyList<RestoreStatus> Restoring => [.. _broadcasts.Status, .. _restorer.Status];

    /// <summary>Notes what the group has given; called in the rebalance handler, so nothing that takes long.</summary>
    public IEnumerable<TopicPartitionOffset> Add(RecordConsumer member, List<TopicPartition> leads)
    {
        if (leads.Exists(lead => lead.Partition.Value >= partitionCounts[lead.Topic])) throw new JoinThreadException("A topic has got more partitions");
        var added = leads.ConvertAll(lead => new OwnedPartition(lead, [.. PartsLedBy(lead.Topic)]) { Trace = context.Trace });
        var sources = added.SelectMany(partition => partition.Sources).Where(source => source.HasPosition).ToDictionary(source => source.Partition);
        foreach (var committed in member.Committed(sources.Keys, context.Options.RequestTimeout).Where(committed => committed.Offset.Value >= 0))
        {
            sources[committed.TopicPartition].Committed = committed.Offset.Value;
        }

        foreach (var partition in added)
        {
            _owned.Add(partition.Lead.Partition, partition);
            Leads.Add(partition.Lead);
        }

        _new.AddRange(added);
        _areTablesAsked |= added.Exists(NeedsTables);
        return added.ConvertAll(partition => new TopicPartitionOffset(partition.Lead.Partition, partition.Lead.StartOffset));
    }

    public void Drop(TopicPartition lead)
    {
        if (!_owned.Remove(lead, out var partition)) return;
        Leads.Remove(partition.Lead);
        _new.Remove(partition);
        _restorer.Leave(partition);
        _live.Leave(partition);
        _replays.Leave(partition);
        foreach (var task in partition.Tasks) _liveTasks.Remove(task);
        partition.Dispose();
    }

    /// <summary>Not done in the rebalance handler itself: a partition can be paused only once it is assigned.</summary>
    public int BringNewToLife(RecordConsumer member)
    {
        if (_new.Count > 0)
        {
            Pause(member);
            if (_areTablesAsked) _broadcasts.CatchUp();
            _areTablesAsked = false;
            Restore(_new.FindAll(HasTables), member);
        }

        var restored = _restorer.IsBusy ? _restorer.Step(context.Options.RestoreStep, partition => GoLive(partition, member)) : 0;
        return _broadcasts.IsRestoring ? restored + _broadcasts.Step(context.Options.RestoreStep) : restored;
    }

    /// <summary>Stops reading the lead of a partition that is full; what its client hands out nevertheless is processed.</summary>
    public static void HoldBack(OwnedPartition partition, RecordConsumer member)
    {
        if (partition.IsHeldBack || !partition.IsFull) return;
        member.Pause([partition.Lead.Partition]);
        partition.IsHeldBack = true;
    }

    /// <summary>Goes on reading the leads that have room again.</summary>
    public void LetGoOn(RecordConsumer member)
    {
        foreach (var partition in _owned.Values)
        {
            if (!partition.IsHeldBack || partition.IsFull) continue;
            member.Resume([partition.Lead.Partition]);
            partition.IsHeldBack = false;
        }
    }

    public int StepLive(int limit) => _live.Step(limit);

    public int StepReplays(int limit) => _replays.Step(limit);

    public int StepBroadcasts(int limit) => _broadcasts.IsRestoring ? 0 : _broadcasts.Step(limit);

    public long? EndOf(OwnedSource source, RecordConsumer member) => source switch
    {
        { IsLead: true } => member.CachedEnd(source.Partition),
        { Role: SourceRole.Replay } => _replays.EndOf(source),
        _ => _live.EndOf(source),
    };

    public void Dispose()
    {
        _replays.Dispose();
        _live.Dispose();
        _restorer.Dispose();
        foreach (var partition in _owned.Values) partition.Dispose();
        _broadcasts.Dispose();
    }

    private static bool NeedsTables(OwnedPartition partition) => partition.Parts.Any(NeedsTables);

    private static bool NeedsTables(PartPlan plan) => plan.Part.HasTables;

    private bool HasTables(OwnedPartition partition) => partition.Parts.Where(NeedsTables).All(plan => _broadcasts.ReadyTables(plan.Part) is not null);

    private void Pause(RecordConsumer member)
    {
        var running = _new.FindAll(partition => !partition.IsPaused);
        member.Pause(running.Select(partition => partition.Lead.Partition));
        foreach (var partition in running) partition.IsPaused = true;
    }

    private IEnumerable<PartPlan> PartsLedBy(string topic) =>
        from topology in context.Topologies
        from part in topology.SubTopologies
        where part.Lead.Topic == topic
        select new PartPlan(topology, part);

    private void Restore(List<OwnedPartition> partitions, RecordConsumer member)
    {
        if (partitions.Count == 0) return;
        foreach (var partition in partitions) partition.CreateTasks(CreateTask);
        _new.RemoveAll(partitions.Contains);
        foreach (var partition in partitions.Except(_restorer.Start(partitions)).ToList()) GoLive(partition, member);
    }

    private JoinTask CreateTask(PartPlan plan, int partition) => JoinTask.Create(
        plan.Topology,
        plan.Part,
        partition,
        new TaskPorts(partitionCounts, sink, context.Counts[plan.Topology.Entity], context.Logger.Within(("entity", plan.Topology.Entity), ("partition", partition)), context.Time) { Options = context.Options.Join! },
        NeedsTables(plan) ? _broadcasts.ReadyTables(plan.Part) : null);

    private void GoLive(OwnedPartition partition, RecordConsumer member)
    {
        foreach (var task in partition.Tasks) task.CompleteRestore();
        partition.IsLive = true;
        _liveTasks.AddRange(partition.Tasks);
        while (partition.Backlog.TryDequeue(out var result)) partition.Lead.Process(result);
        member.Resume([partition.Lead.Partition]);
        partition.IsPaused = false;
        _live.Follow(partition);
        _replays.Follow(partition);
    }
}

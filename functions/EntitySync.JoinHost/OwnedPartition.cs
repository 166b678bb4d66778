using Confluent.Kafka;
using EntitySync.Core.Joins;
using EntitySync.JoinHost.Telemetry;

namespace EntitySync.JoinHost;

/// <summary>A part of a topology, as the plan of a partition names it.</summary>
internal readonly record struct PartPlan(JoinTopology Topology, SubTopology Part);

/// <summary>
/// A lead partition that the group has given to this thread: one task for every part that the topic leads, and the sources that go with it.
/// It is new (no tasks), then restoring, then live.
/// </summary>
internal sealed class OwnedPartition : IDisposable
{
    private readonly List<OwnedSource> _sources = [];

    public OwnedPartition(TopicPartition lead, IReadOnlyList<PartPlan> parts)
    {
        Parts = parts;
        Lead = new OwnedSource(this, lead, isLead: true);
        _sources.Add(Lead);
        for (var part = 0; part < parts.Count; part++) AddSources(part);
    }

    public OwnedSource Lead { get; }

    public IReadOnlyList<PartPlan> Parts { get; }

    /// <summary>Told of every record that is processed.</summary>
    public BatchTrace? Trace { get; init; }

    /// <summary>One for each part, in their order; empty until they are made.</summary>
    public IReadOnlyList<JoinTask> Tasks { get; private set; } = [];

    /// <summary>False until its state is restored; no record is processed before.</summary>
    public bool IsLive { get; set; }

    /// <summary>True from its first round until it is live.</summary>
    public bool IsPaused { get; set; }

    /// <summary>True while its lead is not read because so many of its records wait for answers.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>True when a task wants no more records of the lead for now.</summary>
    public bool IsFull
    {
        get
        {
            foreach (var task in Tasks)
            {
                if (task.IsFull) return true;
            }

            return false;
        }
    }

    /// <summary>One for each root part: who can be asked about entities of this partition.</summary>
    public IEnumerable<EntityOwner> EntityOwners => Parts
        .Select((plan, index) => (plan, index))
        .Where(part => part.plan.Part.Kind == SubTopologyKind.Root)
        .Select(part => new EntityOwner(part.plan.Topology.Entity, Lead.Partition.Partition.Value, IsLive ? Tasks[part.index] : null));

    /// <summary>Lead first.</summary>
    public IReadOnlyList<OwnedSource> Sources => _sources;

    /// <summary>Lead records that came before the partition was live: the client may hand out a few before it is paused.</summary>
    public Queue<ConsumedRecord> Backlog { get; } = new();

    public void CreateTasks(Func<PartPlan, int, JoinTask> create) => Tasks = [.. Parts.Select(plan => create(plan, Lead.Partition.Partition.Value))];

    public OwnedSource? Source(TopicPartition partition) => _sources.Find(source => source.Partition == partition);

    public void Dispose()
    {
        foreach (var task in Tasks) task.Dispose();
    }

    private void AddSources(int part)
    {
        var sources = Parts[part].Part.Sources;
        for (var index = 0; index < sources.Length; index++)
        {
            if (sources[index].IsWhole) continue;
            var partition = new TopicPartition(sources[index].Topic, Lead.Partition.Partition);
            var source = Source(partition);
            if (source is null) _sources.Add(source = new OwnedSource(this, partition, isLead: false));
            source.AddTarget(part, index, sources[index]);
        }
    }
}

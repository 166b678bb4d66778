using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Simulation.Log;
using EntitySync.Simulation.Nodes;
using EntitySync.Simulation.Workload;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Simulation;

/// <summary>The log, the nodes that work on it, and everything that can happen to them. It decides nothing: see <see cref="Schedule"/>.</summary>
public sealed class SimulatedWorld : IDisposable
{
    private readonly List<SimulatedProducer> _abandoned = [];
    private readonly List<SimulatedNode> _zombies = [];
    private int _lives;

    public SimulatedWorld(SimulationCase simulated, bool hasTrace = false)
    {
        Case = simulated;
        Topology = JoinTopology.BuildTopology(simulated.Definition);
        Trace = hasTrace ? new Trace() : null;
        CreateTopics();
        for (var index = 0; index < simulated.Nodes; index++) Nodes.Add(new SimulatedNode(this, $"node-{index}"));
        Rebalance(new Dice(0));
    }

    public SimulationCase Case { get; }

    public JoinTopology Topology { get; }

    public SimulatedLog Log { get; } = new();

    public JoinCounts Counts { get; } = new();

    public ILogger Logger { get; } = NullLogger.Instance;

    public TimeProvider Clock { get; } = new TestClock();

    public Trace? Trace { get; }

    public List<WrittenRecord> Written { get; } = [];

    public List<ReplayTaken> ReplaysTaken { get; } = [];

    /// <summary>Members of the group.</summary>
    public List<SimulatedNode> Nodes { get; } = [];

    /// <summary>Nodes that do not know yet that their place is taken.</summary>
    public IReadOnlyList<SimulatedNode> Zombies => _zombies;

    /// <summary>What the tasks of any part read.</summary>
    public IEnumerable<JoinSource> Sources => Topology.SubTopologies.SelectMany(part => part.Sources);

    /// <summary>The joins: the entity's own first, then those of nested relations.</summary>
    public IEnumerable<JoinNode> Joins => Topology.SubTopologies.Select(part => part.Node).Distinct();

    public IEnumerable<NodeTask> Tasks => Nodes.SelectMany(node => node.Tasks);

    /// <summary>True when some state of the tables forbids an output, or a joined row.</summary>
    public bool MayForbid => Case.Definition.AllRelations.Any(MayForbidBy);

    public static bool MayForbidBy(RelationDefinition relation) =>
        relation.Missing.Action is MissingAction.Drop or MissingAction.Reject || (relation.Pick is null && !relation.Many);

    public int NextLife() => ++_lives;

    public StoredRecord Write((string Topic, byte[]? Key, byte[]? Value, bool IsBad) record)
    {
        var written = Log.Write(record.Topic, record.Key, record.Value);
        Written.Add(new WrittenRecord(written, record.IsBad));
        Trace?.Written(written, record.IsBad);
        return written;
    }

    /// <summary>Lets a node do something; when it dies or is fenced in the middle, the world sees to the rest.</summary>
    public void Run(SimulatedNode node, Dice dice, Action action)
    {
        try
        {
            action();
        }
        catch (CrashException)
        {
            Crash(node, dice);
        }
        catch (FencedException fenced)
        {
            Trace?.Say($"{node.Id} is fenced: {fenced.Message}");
            Crash(node, dice);
        }
    }

    public void Crash(SimulatedNode node, Dice dice)
    {
        Trace?.Say($"{node.Id} dies, {(node.Producer.HasOpenTransaction ? "its transaction stays open" : "no transaction is open")}");
        if (!Case.IsExactlyOnce) node.Producer.Die(dice);
        _abandoned.Add(node.Producer);
        node.Dispose();
        if (_zombies.Remove(node)) return;
        Nodes.Remove(node);
        Rebalance(dice);
    }

    /// <summary>The group gives the node's partitions to others; the node itself goes on for a while.</summary>
    public void Expel(SimulatedNode node, Dice dice)
    {
        Trace?.Say($"{node.Id} is taken for dead");
        Nodes.Remove(node);
        _zombies.Add(node);
        Rebalance(dice);
    }

    /// <summary>A process that is not a member starts, or starts again.</summary>
    public void Join(string id)
    {
        if (Nodes.Exists(node => node.Id == id)) throw new ArgumentException($"{id} is a member already.", nameof(id));
        Trace?.Say($"{id} joins");
        Nodes.Add(new SimulatedNode(this, id));
        Rebalance(new Dice(0));
    }

    /// <summary>A cooperative hand-over: the owner commits, then the other takes the partition.</summary>
    public void Move(NodeTask task, SimulatedNode from, SimulatedNode to)
    {
        Trace?.Say($"{task.Name} moves from {from.Id} to {to.Id}");
        from.Revoke(task);
        NextGeneration();
        to.Own(task.Part, task.Partition);
    }

    /// <summary>The broker aborts the transactions that dead processes left open.</summary>
    public void ExpireTransactions()
    {
        if (_abandoned.Exists(producer => producer.HasOpenTransaction)) Trace?.Say("transactions of dead processes expire");
        foreach (var producer in _abandoned) producer.Fence();
        _abandoned.Clear();
    }

    /// <summary>An answer comes once more, however old: its sender was taken for dead and was only slow. Transactions rule that out.</summary>
    public void RepeatAnswer(Dice dice)
    {
        var answers = Sources.Where(source => source.Role == SourceRole.Answers)
            .SelectMany(source => Log.Topic(source.Topic))
            .SelectMany(partition => partition.ReadAll())
            .Where(record => record.Value is not null)
            .ToList();
        if (answers.Count == 0) return;
        var old = dice.Pick(answers);
        Trace?.Say($"{old.Position} comes again");
        Log.Append(old.Position.Topic, old.Position.Partition, old.Key, old.Value, old.Headers, 0, null);
    }

    public void Compact(SimulatedPartition partition, long head)
    {
        // State comes from the records below the committed position, so they must outlive an outage (min.compaction.lag.ms): a task that finds the record of
        // its position gone cannot know which value the row had before, and leaves the old one behind. Broadcast tables can.
        var isFollowed = Sources.Any(source => !source.IsWhole && source.Role != SourceRole.Progress && source.Topic == partition.Topic);
        if (isFollowed) head = Math.Min(head, Log.Committed(partition.Topic, partition.Index));
        // An old answer that came again would be the newest of its key.
        if (!Case.IsExactlyOnce && Sources.Any(source => source.Role == SourceRole.Answers && source.Topic == partition.Topic)) return;
        // A bad record that replaces a good one by compaction takes the good row with it at the next restart: a source topic is the only changelog
        // there is. That is known (functions/README.md), so it is left out here.
        if (Written.Exists(written => written.IsBad && written.Record.Position.Topic == partition.Topic && written.Record.Position.Partition == partition.Index)) return;
        if (partition.Topic == Case.Definition.RekeyedRootTopic() && Written.Exists(written => written.IsBad && RecordMaker.IsUnjoinable(written.Record.Value))) return;
        var removed = partition.Compact(head, tombstonesBelow: SeenByAll(partition));
        if (removed > 0) Trace?.Say($"{partition.Topic}-{partition.Index} is compacted below {head}: {removed} records fewer");
    }

    public void Dispose()
    {
        foreach (var node in Nodes.Concat(_zombies)) node.Dispose();
    }

    /// <summary>Nobody will ever need a tombstone below this; a broker keeps them for a day for the same reason.</summary>
    private long SeenByAll(SimulatedPartition partition)
    {
        if (!Sources.Any(source => source.IsWhole && source.Topic == partition.Topic)) return Log.Committed(partition.Topic, partition.Index);
        var isSettled = Nodes.Count > 0 && !Nodes.Exists(node => node.HasUncommitted || node.Tasks.Exists(task => task.Task is null));
        return isSettled ? Nodes.Min(node => node.BroadcastNext(partition.Topic, partition.Index) ?? 0) : 0;
    }

    /// <summary>Partitions without an owner go to the members that have the fewest.</summary>
    private void Rebalance(Dice dice)
    {
        NextGeneration();
        if (Nodes.Count == 0) return;
        var owned = Tasks.Select(task => (task.Part, task.Partition)).ToHashSet();
        foreach (var part in Topology.SubTopologies)
        {
            for (var partition = 0; partition < Log.Topic(part.Lead.Topic).Length; partition++)
            {
                if (owned.Contains((part, partition))) continue;
                var fewest = Nodes.Min(node => node.Tasks.Count);
                dice.Pick(Nodes.FindAll(node => node.Tasks.Count == fewest)).Own(part, partition);
            }
        }
    }

    private void NextGeneration()
    {
        Log.Generation++;
        foreach (var node in Nodes) node.Generation = Log.Generation;
    }

    private void CreateTopics()
    {
        var definition = Case.Definition;
        var isTable = Topology.Root.RestoresState;
        Log.Create(definition.Root.Topic, Case.Partitions, isTable);
        foreach (var relation in definition.AllRelations) Log.Create(relation.From, Case.RelatedPartitions, isCompacted: true);
        foreach (var internalTopic in Topology.InternalTopics.Where(topic => Joins.Any(join => join.IsNested && join.Definition.Output.Topic == topic.Name))) Log.Create(internalTopic.Name, Case.RelatedPartitions, internalTopic.IsCompacted);
        foreach (var internalTopic in Topology.InternalTopics) Log.Create(internalTopic.Name, Log.Topic(internalTopic.PartitionsOf).Length, internalTopic.IsCompacted);
        foreach (var topic in Topology.Topics) Log.Create(topic, Case.Partitions, isCompacted: false);
    }
}

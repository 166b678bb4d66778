using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Simulation.Log;

namespace EntitySync.Simulation.Nodes;

/// <summary>
/// What a thread of the container does, on the simulated log: owns lead partitions, restores and runs their tasks, follows the broadcast topics whole,
/// commits. It never decides when: the schedule does.
/// </summary>
public sealed class SimulatedNode : IDisposable
{
    private readonly Dictionary<SubTopology, FollowedTables> _tables = [];
    private readonly List<ReplayTaken> _replays = [];
    private int? _fuse;

    public SimulatedNode(SimulatedWorld world, string id)
    {
        World = world;
        Id = id;
        Producer = world.Log.InitProducer(id, world.Case.IsExactlyOnce);
    }

    public SimulatedWorld World { get; }

    public SimulatedLog Log => World.Log;

    public string Id { get; }

    public SimulatedProducer Producer { get; }

    /// <summary>Generation of the group it last took part in.</summary>
    public int Generation { get; set; }

    public List<NodeTask> Tasks { get; } = [];

    public bool HasUncommitted { get; private set; }

    public IEnumerable<NodeTask> Live => Tasks.Where(task => task.Task is not null);

    /// <summary>It dies after so many more effects.</summary>
    public void CrashAfter(int effects) => _fuse = effects;

    public TaskPorts Ports(NodeTask task) => new(Log.PartitionCounts, task, World.Counts, World.Logger, World.Clock) { Options = World.Case.Options };

    /// <summary>Null until the first task of the part comes, or when nothing is broadcast in it.</summary>
    public BroadcastTables? TablesOf(SubTopology part) => _tables.GetValueOrDefault(part)?.Tables;

    public void Own(SubTopology part, int partition) => Tasks.Add(new NodeTask(this, part, partition, World.NextLife()));

    /// <summary>Commits first; the successor goes on exactly there.</summary>
    public void Revoke(NodeTask task)
    {
        Commit();
        Tasks.Remove(task);
        task.Dispose();
    }

    public bool TryRestore(NodeTask task)
    {
        if (task.Part.HasTables) CatchUpTables(task.Part);
        var isRestored = task.TryRestore();
        HasUncommitted |= isRestored;
        return isRestored;
    }

    /// <summary>Everything it could do next with a record.</summary>
    public IEnumerable<(StoredRecord Record, Action Take)> Readable()
    {
        foreach (var task in Live)
        {
            foreach (var (source, record) in task.Readable()) yield return (record, () => Process(task, source, record));
        }

        foreach (var tables in _tables.Values)
        {
            foreach (var (source, record) in tables.Readable(Log)) yield return (record, () => Follow(tables, source, record));
        }
    }

    public int Fanout(NodeTask task, int entities)
    {
        HasUncommitted = true;
        return task.Task!.Fanout(entities);
    }

    /// <exception cref="FencedException">Its place is taken: all it did since the last commit is void.</exception>
    public void Commit()
    {
        // At-least-once: a note that says "done" must never be there without what was done.
        Producer.LandAll();
        foreach (var task in Live)
        {
            Effect();
            if (task.Task!.HasUnsavedProgress) task.Task.SaveProgress();
        }

        Effect();
        Producer.Commit([.. Live.SelectMany(task => task.Positions)], Generation);
        World.ReplaysTaken.AddRange(_replays);
        _replays.Clear();
        HasUncommitted = false;
        Effect();
    }

    /// <summary>Position below which it does not read a broadcast topic any more; null when it does not follow it.</summary>
    public long? BroadcastNext(string topic, int partition) => _tables.Values.Select(tables => tables.NextOf(topic, partition)).Min();

    internal void Send(NodeTask from, string topic, int? partition, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader> headers)
    {
        Effect();
        var target = partition ?? Log.PartitionFor(topic, key);
        Producer.Send(topic, target, key, value, headers, from.Life);
        World.Trace?.Sent(this, from, topic, target, key, value, headers);
    }

    public void Dispose()
    {
        foreach (var task in Tasks) task.Dispose();
    }

    private void Process(NodeTask task, int source, StoredRecord record)
    {
        HasUncommitted = true;
        World.Trace?.Taken(this, task.Name, record);
        if (task.Part.Sources[source].Role == SourceRole.Replay) _replays.Add(new ReplayTaken(record.Position, task.NextOf(SubTopology.LeadIndex)));
        task.Process(source, record);
    }

    private void Follow(FollowedTables tables, int source, StoredRecord record)
    {
        HasUncommitted = true;
        World.Trace?.Taken(this, "broadcast", record);
        tables.Follow(source, record);
    }

    /// <summary>
    /// Before every new task that joins, not only the first: the task's predecessor may have passed on rows that this node has not read yet, and
    /// outputs must not go back behind them.
    /// </summary>
    private void CatchUpTables(SubTopology part)
    {
        if (!_tables.TryGetValue(part, out var tables)) _tables[part] = tables = new FollowedTables(part, new BroadcastTables(part, Log.PartitionCounts, World.Case.Options), Log);
        while (tables.Readable(Log).FirstOrDefault() is { Record: not null } next) Follow(tables, next.Source, next.Record);
        tables.SkipToEnd(Log);
    }

    private void Effect()
    {
        if (_fuse-- == 0) throw new CrashException();
    }
}

/// <summary>A replay record was processed and committed.</summary>
/// <param name="Replay">Its position.</param>
/// <param name="RootNext">Next root offset of the task at that moment: it knew the root records below.</param>
public sealed record ReplayTaken(Position Replay, long RootNext);

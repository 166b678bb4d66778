using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Hooks;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Core.Joins.InProcess;

/// <summary>
/// Runs a definition in process, on real bytes and without a broker, to test it: a log per topic and partition, a task per part and partition.
/// <list type="bullet">
/// <item>After each piped record it goes on until nothing is left to be read and no fan-out is under way; then <see cref="Outputs"/> has all that the record led to.</item>
/// <item>All topics have the same number of partitions; records are partitioned as Java clients do it.</item>
/// <item>Lookup relations are not joined: those are the functions' part.</item>
/// <item><see cref="Restart"/> throws tasks and state away and restores them from the logs, as the container does.</item>
/// <item>The logs are never compacted and stay in memory (<see cref="LogBytes"/>). Not thread-safe.</item>
/// </list>
/// <code>
/// using var driver = new TopologyDriver(definition, partitions: 3);
/// driver.Pipe("delivery-classes", "express", """{"name":"express","minimumTime":1}""");
/// driver.Root("A-1", """{"sku":"A-1","deliveryClasses":["express"]}""");
/// // driver.Outputs[0].Value is {"sku":"A-1","deliveryClasses":["express"],"minimumDeliveryTime":1,...}
/// </code>
/// </summary>
public sealed class TopologyDriver : IDisposable
{
    private readonly RecordingSink _sink;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly JoinOptions _options;
    private readonly TopologyLogs _logs;
    private readonly Dictionary<(string Part, int Source, int Partition), int> _positions = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal); // topics with a position
    private readonly List<JoinTask> _tasks = [];
    private readonly Dictionary<string, BroadcastTables> _tables = [];
    private readonly Func<EntityDefinition, IEntityHook>? _hooks;

    /// <param name="definition">What to run.</param>
    /// <param name="partitions">Of every topic.</param>
    /// <param name="logger">Takes what the container would log.</param>
    /// <param name="time">For rates and the spacing of log lines; no output depends on it.</param>
    /// <param name="options">Bounds and switches.</param>
    /// <param name="hooks">Makes the definition's hook: <see cref="HookLoader.Load"/>, or one that returns a hook under test. Needed only by a definition with a hook.</param>
    /// <exception cref="Errors.InvalidRequestException">The definition asks for a join that the topology does not make, or its hook cannot be found.</exception>
    public TopologyDriver(
        EntityDefinition definition, int partitions = 1, ILogger? logger = null, TimeProvider? time = null, JoinOptions? options = null, Func<EntityDefinition, IEntityHook>? hooks = null)
    {
        _hooks = hooks;
        Topology = JoinTopology.BuildTopology(definition, hooks);
        Partitions = partitions;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _options = options ?? new JoinOptions();
        _logs = new TopologyLogs(Topology, partitions);
        _sink = new RecordingSink(this);
        CreateTasks();
    }

    /// <summary>What runs: its parts and the names of its topics.</summary>
    public JoinTopology Topology { get; private set; }

    /// <summary>Of every topic.</summary>
    public int Partitions { get; }

    /// <summary>What all tasks together have done.</summary>
    public JoinCounts Counts { get; } = new();

    /// <summary>Takes each output and dead letter as it comes, in place of <see cref="Outputs"/>, which stays empty then: for more of them than memory should hold.</summary>
    public Action<OutgoingRecord>? OnOutput { get; init; }

    /// <summary>
    /// Everything emitted and dead-lettered so far, in order: <see cref="OutgoingRecord.Topic"/> is <see cref="JoinTopology.EmissionTopic"/> or
    /// <see cref="JoinTopology.DeadLetterTopic"/>.
    /// </summary>
    public IReadOnlyList<OutgoingRecord> Outputs => _sink.Records;

    /// <summary>Bytes of keys and values in all logs, internal topics included.</summary>
    public long LogBytes => _logs.Bytes;

    /// <summary>The root tasks, by partition.</summary>
    public IReadOnlyList<JoinTask> Tasks => [.. _tasks.Where(task => task.Part.Kind == SubTopologyKind.Root)];

    /// <summary>All tasks.</summary>
    public IReadOnlyList<JoinTask> AllTasks => _tasks;

    /// <summary>All records of a topic's partition, of an internal topic too.</summary>
    public IReadOnlyList<LogRecord> Log(string topic, int partition = 0) => _logs.Of(topic, partition);

    /// <summary>How the match values of each relation and the keys of its rows have met, nested relations included. Reads all logs: not for every record.</summary>
    public IReadOnlyList<RelationMatches> CountMatches() => new MatchCounter(Topology, _logs, _options).Count();

    /// <summary>Appends a record to a source topic and processes everything it leads to.</summary>
    /// <param name="topic">Root topic, topic of a relation, or replay topic.</param>
    /// <param name="key">Record key; null for a record without key, which goes to partition 0.</param>
    /// <param name="value">Record value; null for a tombstone.</param>
    /// <param name="partition">Null: the key's own.</param>
    /// <returns>Where the record stands.</returns>
    /// <exception cref="ArgumentException">The topology does not know the topic.</exception>
    public Position Pipe(string topic, string? key, string? value, int? partition = null) => Pipe(topic, Bytes(key), Bytes(value), partition);

    /// <inheritdoc cref="Pipe(string, string?, string?, int?)"/>
    /// <param name="headers">Headers of the record; dead letters keep them.</param>
    public Position Pipe(string topic, byte[]? key, byte[]? value, int? partition = null, params RecordHeader[] headers)
    {
        var position = Write(topic, key, value, partition, headers);
        Drain();
        return position;
    }

    /// <summary>Appends a record and processes everything it leads to. Its memory is kept, not copied: it must stay as it is.</summary>
    /// <returns>Where the record stands.</returns>
    /// <exception cref="ArgumentException">The topology does not know the topic.</exception>
    public Position Pipe(OutgoingRecord record)
    {
        var position = _logs.Append(record.Topic, record.Partition ?? PartitionOf(record.Key), record.Key, record.Value, record.Headers);
        Drain();
        return position;
    }

    /// <summary>Appends a record and processes nothing: the next call that does finds it beside others, or a restart meets it unread.</summary>
    /// <returns>Where the record stands.</returns>
    /// <exception cref="ArgumentException">The topology does not know the topic.</exception>
    public Position Write(string topic, byte[]? key, byte[]? value, int? partition = null, params RecordHeader[] headers) =>
        _logs.Append(topic, partition ?? PartitionOf(OptionalBytes.From(key)), OptionalBytes.From(key), OptionalBytes.From(value), headers);

    /// <summary>Pipes a record of the root's topic.</summary>
    /// <returns>Where the record stands.</returns>
    public Position Root(string? key, string? value, int? partition = null) => Pipe(Topology.Definition.Root.Topic, key, value, partition);

    /// <summary>Pipes a replay message for a key (see <see cref="EntitySync.Core.Replay.ReplayMessage"/>): its entity is emitted once more.</summary>
    /// <returns>Where the record stands.</returns>
    public Position Replay(string? key, string? message) => Pipe(Topology.Definition.ReplayTopic(), key, message);

    /// <summary>Loses all tasks and their state, and restores new ones from what the sources that restore state hold.</summary>
    /// <param name="definition">What the new tasks run; its topics are those of the old one.</param>
    /// <exception cref="Core.Errors.InvalidRequestException">It cannot go on with the state; a restart with the definition of before can.</exception>
    public void Restart(EntityDefinition? definition = null)
    {
        Dispose();
        if (definition is not null) Topology = JoinTopology.BuildTopology(definition, _hooks);
        CheckState();
        CreateTasks();
        Drain();
    }

    /// <summary>Frees the tasks' state; logs and outputs can still be read.</summary>
    public void Dispose()
    {
        foreach (var task in _tasks) task.Dispose();
        _tasks.Clear();
    }

    private void CheckState()
    {
        var check = new StateCheck(Topology);
        foreach (var topic in check.Topics)
        {
            foreach (var record in _logs.Of(topic)) check.Take(topic, record);
        }

        check.Decide(new Remains(this));
    }

    private void CreateTasks()
    {
        _tables.Clear();
        foreach (var part in Topology.SubTopologies.Where(part => part.HasTables)) _tables[part.Name] = new BroadcastTables(part, _logs.Partitions, _options);
        ReadTables();
        foreach (var part in Topology.SubTopologies)
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                var ports = new TaskPorts(_logs.Partitions, _sink, Counts, _logger, _time) { Options = _options };
                var task = JoinTask.Create(Topology, part, partition, ports, _tables.GetValueOrDefault(part.Name));
                foreach (var source in RestoreOrder(part)) Restore(task, source);
                task.CompleteRestore();
                _tasks.Add(task);
            }
        }
    }

    // State lies in the order progress, answers, root; rows, questions: the last of them is what uses the others.
    private static IEnumerable<int> RestoreOrder(SubTopology part) => Enumerable.Range(0, part.Sources.Length)
        .Where(source => part.Sources[source].RestoresState && !part.Sources[source].IsWhole)
        .Reverse();

    private void Restore(JoinTask task, int source)
    {
        var log = _logs.Of(task.Part.Sources[source].Topic, task.Partition);
        var end = task.Part.Sources[source].Role == SourceRole.Progress ? log.Count : ReadOf(task.Part, source, task.Partition);
        foreach (var record in log.Take(end)) task.Restore(record with { Source = source });
    }

    private void Drain()
    {
        while (ReadTables() | ReadSources() | Fanout())
        {
        }

        foreach (var task in _tasks.Where(task => task.HasUnsavedProgress)) task.SaveProgress();
    }

    private bool ReadTables()
    {
        var hasRead = false;
        foreach (var part in Topology.SubTopologies.Where(part => part.HasTables)) hasRead |= ReadTables(part, _tables[part.Name]);
        return hasRead;
    }

    private bool ReadTables(SubTopology part, BroadcastTables tables)
    {
        var hasRead = false;
        for (var source = 0; source < part.Sources.Length; source++)
        {
            if (!part.Sources[source].IsWhole) continue;
            for (var partition = 0; partition < Partitions; partition++)
            {
                // The table passes over what it has seen: no position is kept here.
                foreach (var record in _logs.Of(part.Sources[source].Topic, partition).Skip((int)tables.PositionOf(source, partition)))
                {
                    tables.Process(record with { Source = source });
                    hasRead = true;
                }
            }
        }

        return hasRead;
    }

    private bool ReadSources()
    {
        var hasRead = false;
        foreach (var task in _tasks)
        {
            for (var source = 0; source < task.Part.Sources.Length; source++)
            {
                if (task.Part.Sources[source].IsWhole || task.Part.Sources[source].Role == SourceRole.Progress) continue;
                var log = _logs.Of(task.Part.Sources[source].Topic, task.Partition);
                for (var next = ReadOf(task.Part, source, task.Partition); next < log.Count && (source != SubTopology.LeadIndex || !task.IsFull); next++)
                {
                    task.Process(log[next] with { Source = source });
                    _positions[(task.Part.Name, source, task.Partition)] = next + 1;
                    _read.Add(task.Part.Sources[source].Topic);
                    hasRead = true;
                }
            }
        }

        return hasRead;
    }

    private bool Fanout()
    {
        var busy = _tasks.Where(task => task.HasFanout).ToList();
        foreach (var task in busy) task.Fanout(1000);
        return busy.Count > 0;
    }

    private int ReadOf(SubTopology part, int source, int partition) => _positions.GetValueOrDefault((part.Name, source, partition));

    private int PartitionOf(ReadOnlyMemory<byte>? key) => key is { } bytes ? Murmur2Partitioner.PartitionFor(bytes.Span, Partitions) : 0;

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private sealed class Remains(TopologyDriver driver) : IStateRemains
    {
        public bool HoldsRecords(string topic) => driver._logs.Of(topic).Any();

        public bool HasPosition(string topic) => driver._read.Contains(topic);
    }

    private sealed class RecordingSink(TopologyDriver driver) : IEmissionSink
    {
        public List<OutgoingRecord> Records { get; } = [];

        public void Emit(in Emission emission) => Take(emission.ToOutgoingRecord());

        public void Send(in InternalRecord record) =>
            driver._logs.Append(record.Topic, record.Partition, record.Key.ToArray(), OptionalBytes.From(record.IsTombstone ? null : record.Value.ToArray()), []);

        public void DeadLetter(OutgoingRecord record) => Take(record);

        private void Take(OutgoingRecord record)
        {
            if (driver.OnOutput is { } onOutput) onOutput(record);
            else Records.Add(record);
        }
    }
}

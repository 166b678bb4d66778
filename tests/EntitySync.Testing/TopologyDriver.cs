using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Hooks;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Testing;

/// <summary>
/// Runs a whole topology in process, on real bytes and without a broker: a log per topic and partition, a task per part and partition.
/// After each piped record it goes on until nothing is left to be read and no fan-out is under way.
/// <see cref="Restart"/> throws tasks and state away and restores them from the logs, as the container does.
/// </summary>
public sealed class TopologyDriver : IDisposable
{
    private readonly RecordingSink _sink;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly JoinOptions _options;
    private readonly Dictionary<(string Topic, int Partition), List<LogRecord>> _logs = [];
    private readonly Dictionary<(string Part, int Source, int Partition), int> _positions = [];
    private readonly HashSet<string> _read = new(StringComparer.Ordinal); // topics with a position
    private readonly Dictionary<string, int> _partitions;
    private readonly List<JoinTask> _tasks = [];
    private readonly Dictionary<string, BroadcastTables> _tables = [];
    private readonly Func<EntityDefinition, IEntityHook>? _hooks;

    public TopologyDriver(
        EntityDefinition definition, int partitions = 1, ILogger? logger = null, TimeProvider? time = null, JoinOptions? options = null, Func<EntityDefinition, IEntityHook>? hooks = null)
    {
        _hooks = hooks;
        Topology = JoinTopology.BuildTopology(definition, hooks);
        Partitions = partitions;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _options = options ?? new JoinOptions();
        _partitions = Topology.Topics.ToDictionary(topic => topic, _ => Partitions);
        _sink = new RecordingSink(this);
        CreateTasks();
    }

    public JoinTopology Topology { get; private set; }

    public int Partitions { get; }

    public JoinCounts Counts { get; } = new();

    /// <summary>Everything emitted and dead-lettered so far, in order.</summary>
    public IReadOnlyList<OutgoingRecord> Outputs => _sink.Records;

    /// <summary>The root tasks, by partition.</summary>
    public IReadOnlyList<JoinTask> Tasks => [.. _tasks.Where(task => task.Part.Kind == SubTopologyKind.Root)];

    /// <summary>All tasks.</summary>
    public IReadOnlyList<JoinTask> AllTasks => _tasks;

    /// <summary>All records of a topic's partition.</summary>
    public IReadOnlyList<LogRecord> Log(string topic, int partition = 0) => LogOf(topic, partition);

    /// <summary>Appends a record to a source topic and processes everything it leads to. The partition is the key's own unless it is given.</summary>
    /// <returns>Where the record stands.</returns>
    public Position Pipe(string topic, string? key, string? value, int? partition = null) => Pipe(topic, Bytes(key), Bytes(value), partition);

    public Position Pipe(string topic, byte[]? key, byte[]? value, int? partition = null, params RecordHeader[] headers)
    {
        var position = Write(topic, key, value, partition, headers);
        Drain();
        return position;
    }

    /// <summary>Appends a record and processes nothing: the next call that does finds it beside others, or a restart meets it unread.</summary>
    public Position Write(string topic, byte[]? key, byte[]? value, int? partition = null, params RecordHeader[] headers)
    {
        var target = partition ?? (key is null ? 0 : Murmur2Partitioner.PartitionFor(key, Partitions));
        return new Position(topic, target, Append(topic, target, key, value, headers));
    }

    public Position Root(string? key, string? value, int? partition = null) => Pipe(Topology.Definition.Root.Topic, key, value, partition);

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
            for (var partition = 0; partition < Partitions; partition++)
            {
                foreach (var record in LogOf(topic, partition)) check.Take(topic, record);
            }
        }

        check.Decide(new Remains(this));
    }

    private void CreateTasks()
    {
        _tables.Clear();
        foreach (var part in Topology.SubTopologies.Where(part => part.HasTables)) _tables[part.Name] = new BroadcastTables(part, _partitions, _options);
        ReadTables();
        foreach (var part in Topology.SubTopologies)
        {
            for (var partition = 0; partition < Partitions; partition++)
            {
                var ports = new TaskPorts(_partitions, _sink, Counts, _logger, _time) { Options = _options };
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
        var log = LogOf(task.Part.Sources[source].Topic, task.Partition);
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
                foreach (var record in LogOf(part.Sources[source].Topic, partition).Skip((int)tables.PositionOf(source, partition)))
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
                var log = LogOf(task.Part.Sources[source].Topic, task.Partition);
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

    private List<LogRecord> LogOf(string topic, int partition)
    {
        if (!_logs.TryGetValue((topic, partition), out var log)) log = _logs[(topic, partition)] = [];
        return log;
    }

    private long Append(string topic, int partition, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader> headers)
    {
        if (!_partitions.ContainsKey(topic)) throw new ArgumentException($"The topology does not know topic '{topic}'.", nameof(topic));
        var log = LogOf(topic, partition);
        log.Add(new LogRecord(0, partition, log.Count, Timestamp: 0, OptionalBytes.From(key), OptionalBytes.From(value), headers));
        return log.Count - 1;
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private sealed class Remains(TopologyDriver driver) : IStateRemains
    {
        public bool HoldsRecords(string topic) => driver._logs.Any(log => log.Key.Topic == topic && log.Value.Count > 0);

        public bool HasPosition(string topic) => driver._read.Contains(topic);
    }

    private sealed class RecordingSink(TopologyDriver driver) : IEmissionSink
    {
        public List<OutgoingRecord> Records { get; } = [];

        public void Emit(in Emission emission) => Records.Add(emission.ToOutgoingRecord());

        public void Send(in InternalRecord record) =>
            driver.Append(record.Topic, record.Partition, record.Key.ToArray(), record.IsTombstone ? null : record.Value.ToArray(), []);

        public void DeadLetter(OutgoingRecord record) => Records.Add(record);
    }
}

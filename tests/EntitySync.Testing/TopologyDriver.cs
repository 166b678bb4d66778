using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Testing;

/// <summary>
/// Runs a whole topology in process, on real bytes and without a broker: a log per source and partition, a task per partition.
/// <see cref="Restart"/> throws tasks and state away and restores them from the log, as the container does.
/// </summary>
public sealed class TopologyDriver : IDisposable
{
    private readonly RecordingSink _sink = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Dictionary<(int Source, int Partition), List<LogRecord>> _logs = [];
    private JoinTask[] _tasks = [];

    public TopologyDriver(EntityDefinition definition, int partitions = 1, ILogger? logger = null, TimeProvider? time = null)
    {
        Topology = JoinTopology.BuildTopology(definition);
        Partitions = partitions;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        CreateTasks();
    }

    public JoinTopology Topology { get; }

    public int Partitions { get; }

    public JoinCounts Counts { get; } = new();

    /// <summary>Everything emitted and dead-lettered so far, in order.</summary>
    public IReadOnlyList<OutgoingRecord> Outputs => _sink.Records;

    public IReadOnlyList<JoinTask> Tasks => _tasks;

    /// <summary>Appends a record to a source topic and processes it. The partition is the key's own unless it is given.</summary>
    /// <returns>Where the record stands.</returns>
    public Position Pipe(string topic, string? key, string? value, int? partition = null) => Pipe(topic, Bytes(key), Bytes(value), partition);

    public Position Pipe(string topic, byte[]? key, byte[]? value, int? partition = null, params RecordHeader[] headers)
    {
        var source = Topology.RootPart.Sources.IndexOf(Topology.RootPart.Sources.Single(source => source.Topic == topic));
        var target = partition ?? (key is null ? 0 : Murmur2Partitioner.PartitionFor(key, Partitions));
        if (!_logs.TryGetValue((source, target), out var log)) log = _logs[(source, target)] = [];
        var record = new LogRecord(source, target, log.Count, Timestamp: 0, OptionalBytes.From(key), OptionalBytes.From(value), headers);
        log.Add(record);
        _tasks[target].Process(record);
        return new Position(topic, target, record.Offset);
    }

    public Position Root(string? key, string? value, int? partition = null) => Pipe(Topology.Root.Topic, key, value, partition);

    public Position Replay(string? key, string? message) => Pipe(Topology.Definition.ReplayTopic(), key, message);

    /// <summary>Loses all tasks and their state, and restores new ones from what the sources that restore state hold.</summary>
    public void Restart()
    {
        Dispose();
        CreateTasks();
        foreach (var ((source, partition), log) in _logs.Where(log => Topology.RootPart.Sources[log.Key.Source].RestoresState))
        {
            foreach (var record in log) _tasks[partition].Restore(record);
        }
    }

    public void Dispose()
    {
        foreach (var task in _tasks) task.Dispose();
    }

    private void CreateTasks() => _tasks = [.. Enumerable.Range(0, Partitions).Select(partition =>
        JoinTask.Create(Topology, Topology.RootPart, partition, new TaskPorts(Topology.Topics.ToDictionary(topic => topic, _ => Partitions), _sink, Counts, _logger, _time)))];

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    private sealed class RecordingSink : IEmissionSink
    {
        public List<OutgoingRecord> Records { get; } = [];

        public void Emit(in Emission emission) => Records.Add(emission.ToOutgoingRecord());

        public void Send(in InternalRecord record) => throw new NotSupportedException();

        public void DeadLetter(OutgoingRecord record) => Records.Add(record);
    }
}

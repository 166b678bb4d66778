using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Joins;

/// <summary>
/// The root task of partition 0 and its broadcast tables, driven by hand: nothing happens between two calls of a test. What the task writes is kept as text,
/// its progress notes as a log of their own. <see cref="Restart"/> goes on from the last <see cref="Commit"/>.
/// </summary>
internal sealed class RootRig : IEmissionSink, IDisposable
{
    private readonly JoinTopology _topology;
    private readonly JoinOptions _options;
    private readonly List<LogRecord>[] _logs;
    private readonly int[] _committed;
    private readonly AnswerWriter _answers = new();
    private BroadcastTables? _tables;
    private JoinTask? _task;

    public RootRig(EntityDefinition definition, JoinOptions? options = null, List<LogRecord>[]? logs = null, bool isStarted = true)
    {
        _topology = JoinTopology.BuildTopology(definition);
        _options = options ?? new JoinOptions();
        _logs = logs ?? [.. _topology.RootPart.Sources.Select(_ => new List<LogRecord>())];
        _committed = [.. _logs.Select(log => log.Count)];
        if (isStarted) Start();
    }

    public JoinCounts Counts { get; } = new();

    public JoinTask Task => _task!;

    public BroadcastTables Tables => _tables!;

    /// <summary>Everything written but progress notes.</summary>
    public List<string> Outputs { get; } = [];

    /// <summary>Sizes (key and value) of the progress notes written, but for those of the definition.</summary>
    public List<int> NoteBytes { get; } = [];

    public List<LogRecord> LogOf(string topic) => _logs[SourceOf(topic)];

    /// <summary>What has been written since the last call.</summary>
    public string[] Taken()
    {
        string[] outputs = [.. Outputs];
        Outputs.Clear();
        return outputs;
    }

    public void Start()
    {
        Open();
        Restore();
        _task!.CompleteRestore();
    }

    /// <summary>Makes tables and task; the tables have read everything.</summary>
    public void Open()
    {
        var partitions = _topology.Topics.ToDictionary(topic => topic, _ => 1);
        _tables = new BroadcastTables(_topology.RootPart, partitions, _options);
        foreach (var source in Sources(SourceRole.Broadcast)) _logs[source].ForEach(record => _tables.Process(record));
        _task = JoinTask.Create(_topology, _topology.RootPart, 0, new TaskPorts(partitions, this, Counts, NullLogger.Instance, TimeProvider.System) { Options = _options }, _tables);
    }

    public void Restore()
    {
        foreach (var source in Sources(SourceRole.Progress)) _logs[source].ForEach(record => _task!.Restore(record));
        foreach (var source in Sources(SourceRole.Answers).Concat(Sources(SourceRole.Root).Where(source => _topology.RootPart.Sources[source].RestoresState))) _logs[source].Take(_committed[source]).ToList().ForEach(record => _task!.Restore(record));
    }

    public void Commit()
    {
        _task!.SaveProgress();
        CommitPositions();
    }

    public void CommitPositions()
    {
        for (var source = 0; source < _logs.Length; source++) _committed[source] = _logs[source].Count;
    }

    /// <summary>Records behind the committed positions, in their order; a restarted task is given them again.</summary>
    public void ProcessUncommitted(int source = 0) => _logs[source].Skip(_committed[source]).ToList().ForEach(Process);

    public void Restart()
    {
        _task?.Dispose();
        Start();
    }

    public void Root(string? key, string? value) => Process(Append(0, Bytes(key), Bytes(value)));

    public void Replay(string key, string message) => Process(Append(1, Bytes(key), Bytes(message)));

    public void Related(string topic, string? key, string? row) => Related(topic, Bytes(key), Bytes(row));

    /// <summary>Appends to the topic and gives it to every relation's table that follows it.</summary>
    public void Related(string topic, byte[]? key, byte[]? row)
    {
        foreach (var source in Sources(SourceRole.Broadcast).Where(source => _topology.RootPart.Sources[source].Topic == topic)) _tables?.Process(Append(source, key, row));
        if (_tables is null) Append(SourceOf(topic), key, row);
    }

    public void Answer(string topic, string value, long epoch, long version, params string[] rows)
    {
        _answers.Start();
        for (var i = 0; i < rows.Length; i++) _answers.Add(Encoding.UTF8.GetBytes($"r{i}"), 0, version, Encoding.UTF8.GetBytes(rows[i]));
        _answers.Finish(version);
        Process(Append(SourceOf(topic), Bytes(value), _answers.ValueFor(epoch).ToArray()));
    }

    public void FanoutAll()
    {
        while (_task!.HasFanout) _task.Fanout(100);
    }

    public void Emit(in Emission emission)
    {
        var value = emission.IsTombstone ? "null" : Encoding.UTF8.GetString(emission.Value);
        var replay = emission.Replay.IsEmpty ? "" : " " + Encoding.UTF8.GetString(emission.Replay);
        Outputs.Add($"{Encoding.UTF8.GetString(emission.Key)} {value} @{emission.RootPosition.Offset}{replay}");
    }

    public void Send(in InternalRecord record)
    {
        var key = record.Key.ToArray();
        var value = record.IsTombstone ? null : record.Value.ToArray();
        if (record.Topic == TopicNames.ProgressTopic(_topology.Definition))
        {
            if (key is not [(byte)'D']) NoteBytes.Add(key.Length + (value?.Length ?? 0));
            Append(SourceOf(record.Topic), key, value);
            return;
        }

        var question = QuestionRecord.Read(new LogRecord(0, 0, 0, 0, key, OptionalBytes.From(value), []), default);
        Outputs.Add($"{Encoding.UTF8.GetString(question.JoinValue)}{(question.IsTombstone ? " withdrawn" : $"? epoch {question.Epoch}")}");
    }

    public void DeadLetter(OutgoingRecord record)
    {
        var reason = record.Headers.Single(header => header.Name == HeaderNames.DeadLetterReason).Value;
        Outputs.Add($"dead {(record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : "null")}: {Encoding.UTF8.GetString(reason.Span)}");
    }

    public void Dispose() => _task?.Dispose();

    private IEnumerable<int> Sources(SourceRole role) => Enumerable.Range(0, _logs.Length).Where(source => _topology.RootPart.Sources[source].Role == role);

    private int SourceOf(string topic) => _topology.RootPart.Sources.Select(source => source.Topic).ToList().IndexOf(topic);

    private LogRecord Append(int source, byte[]? key, byte[]? value)
    {
        _logs[source].Add(new LogRecord(source, 0, _logs[source].Count, 0, OptionalBytes.From(key), OptionalBytes.From(value), []));
        return _logs[source][^1];
    }

    private void Process(LogRecord record) => _task!.Process(record);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}

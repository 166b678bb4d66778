using System.Text;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins.Intake;

/// <summary>
/// Three intake tasks and one root task, without related rows, each of which goes on when the test says so: what the intake tasks send waits in a queue each until it
/// is taken, so that it arrives in any order that the log allows.
/// </summary>
internal sealed class IntakeWorld : IEmissionSink, IDisposable
{
    public const int Partitions = 3;

    private readonly JoinTopology _topology = JoinTopology.BuildTopology(UserTable.Definition(Core.Definitions.Strategy.Lookup));
    private readonly List<LogRecord>[] _source = [.. Enumerable.Range(0, Partitions).Select(_ => new List<LogRecord>())];
    private readonly Queue<(byte[] Key, byte[]? Value)>[] _sent = [.. Enumerable.Range(0, Partitions).Select(_ => new Queue<(byte[], byte[]?)>())];
    private readonly List<LogRecord> _root = [];
    private readonly JoinTask[] _intake;
    private readonly int[] _read = new int[Partitions];
    private readonly int[] _committed = new int[Partitions];
    private JoinTask _rootTask;
    private int _rootRead;
    private int _sender;

    public IntakeWorld()
    {
        _intake = [.. Enumerable.Range(0, Partitions).Select(partition => Create(SubTopologyKind.Intake, partition))];
        _rootTask = Create(SubTopologyKind.Root, 0);
    }

    public JoinCounts Counts { get; } = new();

    public RecordingLogger Logger { get; } = new();

    public JoinTask RootTask => _rootTask;

    /// <summary>The last emission of each key; absent after a tombstone.</summary>
    public SortedDictionary<string, string> Last { get; } = new(StringComparer.Ordinal);

    public void Append(int id, string? json)
    {
        var partition = id % Partitions;
        _source[partition].Add(Record(partition, _source[partition].Count, Encoding.UTF8.GetBytes($$"""{"id":{{id}}}"""), json is null ? null : Encoding.UTF8.GetBytes(json)));
    }

    /// <returns>False when the intake task has nothing to read.</returns>
    public bool Take(int partition)
    {
        if (_read[partition] == _source[partition].Count) return false;
        _sender = partition;
        _intake[partition].Process(_source[partition][_read[partition]++]);
        return true;
    }

    public void Commit(int partition) => _committed[partition] = _read[partition];

    /// <summary>The intake task begins again where it last committed: what it has sent since comes once more.</summary>
    public void CrashIntake(int partition)
    {
        _intake[partition].Dispose();
        _intake[partition] = Create(SubTopologyKind.Intake, partition);
        foreach (var record in _source[partition].Take(_committed[partition])) _intake[partition].Restore(record);
        _intake[partition].CompleteRestore();
        _read[partition] = _committed[partition];
    }

    /// <summary>What an intake task has sent first reaches the log, and the root task.</summary>
    /// <returns>False when it has sent nothing.</returns>
    public bool Deliver(int partition)
    {
        if (!_sent[partition].TryDequeue(out var sent)) return false;
        _root.Add(Record(0, _root.Count, sent.Key, sent.Value));
        return true;
    }

    /// <returns>False when the root task has nothing to read.</returns>
    public bool TakeRoot()
    {
        if (_rootRead == _root.Count) return false;
        _rootTask.Process(_root[_rootRead++]);
        return true;
    }

    /// <summary>The root task is restored from its topic.</summary>
    /// <param name="compacted">Only the last record of each key is left, also of those that it has not read.</param>
    public void RestartRoot(bool compacted)
    {
        _rootTask.Dispose();
        _rootTask = Create(SubTopologyKind.Root, 0);
        var last = _root.GroupBy(record => Convert.ToHexString(record.Key!.Value.Span)).ToDictionary(group => group.Key, group => group.Max(record => record.Offset));
        foreach (var record in _root.Take(_rootRead))
        {
            if (!compacted || last[Convert.ToHexString(record.Key!.Value.Span)] == record.Offset) _rootTask.Restore(record);
        }

        _rootTask.CompleteRestore();
    }

    /// <summary>What the root task holds of a key: its row and where it stands.</summary>
    public string? Held(string key) => _rootTask.Explain(Encoding.UTF8.GetBytes(key)) is { } held ? $"{held.RootPosition} {Encoding.UTF8.GetString(held.Root.Span)}" : null;

    public void Emit(in Emission emission)
    {
        var key = Encoding.UTF8.GetString(emission.Key);
        if (emission.IsTombstone) Last.Remove(key);
        else Last[key] = Encoding.UTF8.GetString(emission.Value);
    }

    public void Send(in InternalRecord record) => _sent[_sender].Enqueue((record.Key.ToArray(), record.IsTombstone ? null : record.Value.ToArray()));

    public void DeadLetter(OutgoingRecord record) => throw new InvalidOperationException(UserTable.Header(record, HeaderNames.DeadLetterReason));

    public void Dispose()
    {
        foreach (var task in _intake) task.Dispose();
        _rootTask.Dispose();
    }

    private JoinTask Create(SubTopologyKind kind, int partition)
    {
        var part = _topology.SubTopologies.Single(part => part.Kind == kind);
        var partitions = _topology.Topics.ToDictionary(topic => topic, topic => topic == UserTable.Topic ? Partitions : 1);
        return JoinTask.Create(_topology, part, partition, new TaskPorts(partitions, this, Counts, Logger, TimeProvider.System));
    }

    private static LogRecord Record(int partition, int offset, byte[] key, byte[]? value) => new(0, partition, offset, 0, OptionalBytes.From(key), OptionalBytes.From(value), []);
}

using System.Diagnostics;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Benchmarks.Profile;

/// <summary>
/// All parts of the topology of <c>user-profile</c> with one task each, as one thread of the container runs them, and queues in memory for the topics between
/// them. Whoever feeds it comes first; in between internal topics and fan-outs take turns in bounded steps.
/// </summary>
internal sealed class ProfileEngine : IDisposable
{
    // As in the container.
    private const int CommitRecords = 10_000;

    private readonly ProfileOptions _options;
    private readonly JoinTask[] _tasks;
    private readonly Dictionary<string, BroadcastTables> _tables = [];
    private readonly (TopicQueue Queue, List<Reader> Readers)[] _topics;
    private readonly List<Reader>[] _inputs;
    private readonly long[] _offsets;
    private int _nextTask;
    private int _sinceCommit;

    public ProfileEngine(EntityDefinition definition, ProfileOptions options, ProfileSink sink)
    {
        _options = options;
        var topology = JoinTopology.BuildTopology(definition);
        var partitions = topology.Topics.ToDictionary(topic => topic, _ => 1);
        var bounds = new JoinOptions { BroadcastBytes = long.MaxValue };
        foreach (var part in topology.SubTopologies.Where(part => part.HasTables)) _tables[part.Name] = new BroadcastTables(part, partitions, bounds);
        var ports = new TaskPorts(partitions, sink, Counts, NullLogger.Instance, TimeProvider.System) { Options = bounds };
        _tasks = [.. topology.SubTopologies.Select(part => JoinTask.Create(topology, part, 0, ports, _tables.GetValueOrDefault(part.Name)))];
        foreach (var task in _tasks) task.CompleteRestore();

        _inputs = [.. Enum.GetValues<ProfileTable>().Select(table => ReadersOf(TopicOf(table)))];
        _offsets = new long[_inputs.Length];
        var between = topology.InternalTopics.Select(topic => (topic.Name, Queue: new TopicQueue(), Readers: ReadersOf(topic.Name))).Where(topic => topic.Readers.Count > 0).ToList();
        _topics = [.. between.Select(topic => (topic.Queue, topic.Readers))];
        sink.Connect(between.ToDictionary(topic => topic.Name, topic => topic.Queue, StringComparer.Ordinal));
    }

    public JoinCounts Counts { get; } = new();

    /// <summary>Records given to tasks and broadcast tables.</summary>
    public long Processed { get; private set; }

    public IReadOnlyList<JoinTask> Tasks => _tasks;

    public long BroadcastRows => _tables.Values.Sum(tables => tables.Rows);

    public long BroadcastBytes => _tables.Values.Sum(tables => tables.Bytes);

    public long NativeBytes => _tasks.Sum(task => task.AllocatedBytes);

    /// <summary>The longest single call of a task since it was set, when set.</summary>
    public LongestSteps? Steps { get; set; }

    /// <summary>Gives a change event to the parts that read its table.</summary>
    public void Take(ProfileTable table, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) =>
        Take(_inputs[(int)table], new LogRecord(0, 0, _offsets[(int)table]++, 0, key, value, []));

    /// <summary>A turn of each internal topic, and a step of one fan-out.</summary>
    /// <returns>False when there was nothing to do.</returns>
    public bool Round()
    {
        var hasWorked = false;
        foreach (var (queue, readers) in _topics)
        {
            for (var taken = 0; taken < _options.TopicStep && queue.Count > 0; taken++)
            {
                Take(readers, queue.Take());
                hasWorked = true;
            }
        }

        hasWorked |= Fanout();
        if (_sinceCommit >= CommitRecords) Commit();
        return hasWorked;
    }

    public void RunToQuiet()
    {
        while (Round())
        {
        }
    }

    public void Commit()
    {
        foreach (var task in _tasks)
        {
            if (task.HasUnsavedProgress) task.SaveProgress();
        }

        _sinceCommit = 0;
    }

    /// <summary>Gives back what the queues hold for later.</summary>
    public void Trim()
    {
        foreach (var (queue, _) in _topics) queue.Trim();
    }

    public void Dispose()
    {
        foreach (var task in _tasks) task.Dispose();
    }

    private void Take(List<Reader> readers, in LogRecord record)
    {
        foreach (var reader in readers)
        {
            Processed++;
            _sinceCommit++;
            var started = Steps is null ? 0 : Stopwatch.GetTimestamp();
            var own = record with { Source = reader.Source };
            if (reader.Tables is { } tables) tables.Process(own);
            else reader.Task!.Process(own);
            Steps?.AddRecord(Stopwatch.GetElapsedTime(started));
        }
    }

    private bool Fanout()
    {
        for (var tried = 0; tried < _tasks.Length; tried++)
        {
            var task = _tasks[_nextTask];
            _nextTask = (_nextTask + 1) % _tasks.Length;
            if (!task.HasFanout) continue;
            var started = Steps is null ? 0 : Stopwatch.GetTimestamp();
            _sinceCommit += task.Fanout(_options.FanoutStep);
            Steps?.AddFanout(Stopwatch.GetElapsedTime(started));
            return true;
        }

        return false;
    }

    private List<Reader> ReadersOf(string topic)
    {
        var readers = new List<Reader>();
        foreach (var task in _tasks)
        {
            for (var index = 0; index < task.Part.Sources.Length; index++)
            {
                var source = task.Part.Sources[index];
                if (source.Topic != topic || source.Role == SourceRole.Progress) continue;
                readers.Add(source.IsWhole ? new Reader(index, null, _tables[task.Part.Name]) : new Reader(index, task, null));
            }
        }

        return readers;
    }

    private static string TopicOf(ProfileTable table) => table == ProfileTable.PullRequests ? "pull-requests" : table.ToString().ToLowerInvariant();

    private sealed record Reader(int Source, JoinTask? Task, BroadcastTables? Tables);
}

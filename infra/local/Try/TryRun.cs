using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Hooks;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Local.Samples;

namespace EntitySync.Local.Try;

/// <summary>Runs a definition over records that arrive in one order, in this process.</summary>
internal sealed class TryRun : IDisposable
{
    private const long MostLogBytes = 2L * 1024 * 1024 * 1024;

    private readonly TopologyDriver _driver;
    private readonly Dictionary<(string Topic, int Partition), List<int>> _lines = [];
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    /// <param name="definition">What to run.</param>
    /// <param name="partitions">Of every topic.</param>
    /// <param name="hooks">Makes the definition's hook.</param>
    /// <exception cref="Core.Errors.InvalidRequestException">The definition cannot run.</exception>
    public TryRun(EntityDefinition definition, int partitions, Func<EntityDefinition, IEntityHook> hooks)
    {
        _driver = new TopologyDriver(definition, partitions, hooks: hooks) { OnOutput = Take };
    }

    /// <summary>Takes each output as it comes.</summary>
    public required Action<OutgoingRecord> OnOutput { get; init; }

    /// <summary>Takes each dead letter as it comes, with file and line of the record and the reason.</summary>
    public required Action<OutgoingRecord, string> OnDeadLetter { get; init; }

    /// <summary>Asked with every record and every output.</summary>
    public required CancellationToken CancellationToken { get; init; }

    /// <summary>Counts of all tasks.</summary>
    public JoinCounts Counts => _driver.Counts;

    /// <exception cref="InvalidDataException">More than memory is to hold.</exception>
    /// <exception cref="Core.Errors.InvalidRequestException">The related rows are more than a broadcast relation may have.</exception>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public void Run(IEnumerable<(SampleTopic Topic, SampleRecord Record)> records)
    {
        foreach (var (topic, record) in records)
        {
            CancellationToken.ThrowIfCancellationRequested();
            Note(topic, record);
            _driver.Pipe(new OutgoingRecord { Topic = topic.Topic, Key = record.Key, Value = record.Value });
            if (_driver.LogBytes > MostLogBytes)
                throw new InvalidDataException($"{topic.File}({record.Line}): the topics, internal ones included, hold more than {MostLogBytes:N0} bytes with this record: try fewer records.");
        }
    }

    /// <summary>How match values and keys have met.</summary>
    public IReadOnlyList<RelationMatches> CountMatches() => _driver.CountMatches();

    public void Dispose() => _driver.Dispose();

    // Before it is piped: what it leads to asks for its line.
    private void Note(SampleTopic topic, SampleRecord record)
    {
        _files[topic.Topic] = topic.File;
        var place = (topic.Topic, record.Key is { } key ? Murmur2Partitioner.PartitionFor(key.Span, _driver.Partitions) : 0);
        if (!_lines.TryGetValue(place, out var lines)) lines = _lines[place] = [];
        lines.Add(record.Line);
    }

    private void Take(OutgoingRecord record)
    {
        CancellationToken.ThrowIfCancellationRequested();
        if (record.Topic == _driver.Topology.DeadLetterTopic) OnDeadLetter(record, $"{PlaceOf(HeaderOf(record, HeaderNames.DeadLetterPosition))}: {HeaderOf(record, HeaderNames.DeadLetterReason)}");
        else OnOutput(record);
    }

    // Some stand in topics between the parts.
    private string PlaceOf(string position) =>
        Position.TryParse(position) is { } at && _lines.TryGetValue((at.Topic, at.Partition), out var lines) && at.Offset < lines.Count ? $"{_files[at.Topic]}({lines[(int)at.Offset]})" : position;

    private static string HeaderOf(OutgoingRecord record, string name) => Encoding.UTF8.GetString(record.Headers.Last(header => header.Name == name).Value.Span);
}

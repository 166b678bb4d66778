using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// The related rows of a part's broadcast relations, shared by its tasks of one thread.
/// <list type="bullet">
/// <item>Its owner gives it <see cref="Process"/> for each record of every partition of each broadcast source, from the beginning; it makes a
/// task only when the table has reached the ends found after the task was assigned: its predecessor may have passed on rows that this thread, though it has
/// run for long, has not read yet, and outputs must not go back behind them. A record with an offset already seen is passed over.</item>
/// <item>A change starts fan-outs in the tasks that use it. A task made later learns by its own progress what it has not passed on yet.</item>
/// <item>Its positions are not committed: a new thread reads the topics from their beginning.</item>
/// </list>
/// </summary>
public sealed class BroadcastTables
{
    private const long BadRowBytes = 64 * 1024 * 1024;
    private const int BadRowOverheadBytes = 512;

    private readonly Dictionary<int, BroadcastTable> _tables = [];
    private readonly List<BadRow> _bad = [];
    private readonly Dictionary<(int Source, int Partition), (long Count, long First, BadRow Last)> _summaries = [];
    private Action<BadRow>? _onBad;
    private JoinCounts? _counts;
    private long _badBytes;
    private long _countedAsPassedOver;

    /// <param name="part">Whose tables; one with broadcast sources.</param>
    /// <param name="partitions">Partition count of every topic of the topology.</param>
    /// <param name="options">Bounds.</param>
    public BroadcastTables(SubTopology part, IReadOnlyDictionary<string, int> partitions, JoinOptions options)
    {
        var relations = part.Node.Enricher.Relations;
        var sources = part.Sources;
        for (var source = 0; source < sources.Length; source++)
        {
            if (sources[source].Role != SourceRole.Broadcast) continue;
            var relation = relations.First(relation => ReferenceEquals(relation.Definition, sources[source].Relation));
            _tables.Add(source, new BroadcastTable(part.Name, source, relation, partitions[relation.Table], options));
        }
    }

    /// <summary>Related rows held.</summary>
    public long Rows => _tables.Values.Sum(table => table.Rows);

    /// <summary>Bytes held, as <see cref="JoinOptions.BroadcastBytes"/> counts them; each relation may hold as many.</summary>
    public long Bytes => _tables.Values.Sum(table => table.Bytes);

    /// <summary>Next offset to be processed.</summary>
    public long PositionOf(int source, int partition) => _tables[source].Positions[partition];

    internal IEnumerable<BroadcastTable> All => _tables.Values;

    /// <param name="record">Its <see cref="LogRecord.Source"/> is an index into the part's sources.</param>
    /// <exception cref="Errors.InvalidRequestException">The rows take more than <see cref="JoinOptions.BroadcastBytes"/>; the message has the numbers and the way out.</exception>
    public void Process(in LogRecord record)
    {
        var problem = _tables[record.Source].Apply(record);
        CountPassedOver();
        if (problem is null) return;
        if (_onBad is { } onBad) onBad(new BadRow(record, problem));
        else Keep(record, problem);
    }

    private void CountPassedOver()
    {
        if (_counts is null) return;
        var all = 0L;
        foreach (var table in _tables.Values) all += table.PassedOver;
        _counts.PassedOver += all - _countedAsPassedOver;
        _countedAsPassedOver = all;
    }

    // Threads without partition 0 keep what another dead-letters, for as long as they run: beyond the bound one line a partition has to do.
    private void Keep(in LogRecord record, string problem)
    {
        _badBytes += BadRowOverheadBytes + (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
        if (_badBytes <= BadRowBytes)
        {
            _bad.Add(new BadRow(record with { Key = OptionalBytes.From(record.Key?.ToArray()), Value = OptionalBytes.From(record.Value?.ToArray()) }, problem));
            return;
        }

        var place = (record.Source, record.Partition);
        var (count, first) = _summaries.TryGetValue(place, out var before) ? (before.Count + 1, before.First) : (1, record.Offset);
        var summary = $"{count} bad related rows from offset {first} to this one, too many to keep their bytes; this one: {problem}";
        _summaries[place] = (count, first, new BadRow(record with { Key = null, Value = null, Headers = [] }, summary));
    }

    /// <summary>
    /// Many tasks and threads see a bad row, and one of them writes the dead letter: the task of partition 0. It is given those found before it was made, too.
    /// </summary>
    /// <param name="onBad">Told of each.</param>
    /// <param name="counts">Counts what was passed over, likewise in one thread only.</param>
    internal void TellBadRows(Action<BadRow> onBad, JoinCounts counts)
    {
        _bad.ForEach(onBad);
        foreach (var summary in _summaries.Values) onBad(summary.Last);
        _onBad = onBad;
        _counts = counts;
        CountPassedOver();
    }

    internal void ForgetBadRows()
    {
        _onBad = null;
        _counts = null;
    }

    internal readonly record struct BadRow(LogRecord Record, string Problem);
}

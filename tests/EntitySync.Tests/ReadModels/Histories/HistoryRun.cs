using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.ReadModels.Histories;

/// <summary>
/// Brings a history into a version by live events and by a rebuild, in turns that a random number decides: live events from somewhere on, the rebuild from the beginning to at least there, each
/// in batches of any size, with batches that come again, rows that fail, and batches that run while another one is about to write.
/// </summary>
internal sealed class HistoryRun
{
    private const int Steps = 100_000;

    private static readonly ReadModelVersionId Version = new("rows", 1);

    private readonly Random _random;
    private readonly HistorySample _sample;
    private readonly CompiledReadModel _model;
    private readonly RowWriter _writer;
    private readonly List<Source> _sources = [];
    private int _depth;

    public HistoryRun(HistorySample sample, int amountsOfALane)
    {
        _sample = sample;
        _random = new Random(sample.Seed + 1);
        _model = new CompiledReadModel(sample.Definition) { AmountsOfALane = amountsOfALane };
        _writer = new RowWriter(Table, new TestClock(), NullLogger<RowWriter>.Instance, new RowWriterOptions { ChunkRows = _random.Next(1, 4), Parallel = _random.Next(1, 3) });
        Table.Create(Version);
        Table.Writing = WritingAsync;
        var isRebuilt = _random.Next(5) > 0;
        foreach (var (lane, records) in sample.Lanes)
        {
            var start = isRebuilt ? _random.Next(records.Count + 1) : 0;
            _sources.Add(new Source(lane, records, EventOrigin.Live, start, records.Count));
            if (isRebuilt) _sources.Add(new Source(lane, records, EventOrigin.Fill, 0, _random.Next(start, records.Count + 1)));
        }
    }

    public InMemoryReadModelTable Table { get; } = new();

    /// <summary>Records in the order in which they came, repeated ones too.</summary>
    public List<(string Topic, int Partition, EnrichRecord Record)> Arrived { get; } = [];

    /// <summary>Rows that are there, as JSON text by key.</summary>
    public async Task<SortedDictionary<string, string>> RunAsync()
    {
        for (var step = 0; _sources.Exists(source => !source.IsDone); step++)
        {
            if (step == Steps) throw new InvalidOperationException($"seed {_sample.Seed}: no end");
            await StepAsync();
        }

        foreach (var source in _sources.Where(_ => _random.Next(3) == 0)) await DeliverAsync(source, source.Next, 0, source.Next);
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in Table.Rows(Version).Where(row => row.Document is not null)) rows.Add(row.Key, Encoding.UTF8.GetString(row.Document!.Value.Span));
        return rows;
    }

    // One of those that are not being worked on: the records of a partition come one batch after the other to each origin.
    private async Task StepAsync()
    {
        var ready = _sources.FindAll(source => source is { IsDone: false, IsBusy: false });
        if (ready.Count == 0) return;
        var source = ready[_random.Next(ready.Count)];
        var again = _random.Next(4) == 0 ? _random.Next(source.Next + 1) : source.Next;
        await DeliverAsync(source, source.Next, again, Math.Min(source.End, source.Next + _random.Next(1, 8)));
    }

    private async Task DeliverAsync(Source source, int next, int from, int to)
    {
        source.IsBusy = true;
        var others = source.Origin == EventOrigin.Live ? _sources.FindAll(other => other is { Origin: EventOrigin.Live, IsBusy: false } && _random.Next(4) == 0) : [];
        others.ForEach(other => other.IsBusy = true);
        var parts = others.ConvertAll(other => (Source: other, From: other.Next, To: Math.Min(other.End, other.Next + _random.Next(1, 4))));
        parts.Insert(_random.Next(parts.Count + 1), (source, from, to));
        var batch = parts.ConvertAll(part => new PartitionRecords(part.Source.Lane.Topic, part.Source.Lane.Partition, part.Source.Records.GetRange(part.From, part.To - part.From)));
        foreach (var partition in batch) Arrived.AddRange(partition.Records.Select(record => (partition.Topic, partition.Partition, record)));
        var isCutShort = _random.Next(6) == 0;
        var result = await _writer.ApplyAsync(Version, _model, batch, source.Origin, () => !isCutShort, CancellationToken.None);
        var comeAgain = MessageReference.FirstOfEach(result.Failed);
        foreach (var part in parts)
        {
            var first = comeAgain.Where(position => (position.Topic, position.Partition) == part.Source.Lane).Select(position => (long?)position.Offset).SingleOrDefault();
            var reached = first is { } offset ? part.Source.Records.FindIndex(record => record.Offset == offset) : part.To;
            part.Source.Next = first is null ? Math.Max(part.Source == source ? next : part.From, reached) : Math.Min(part.Source.Next, reached);
            part.Source.IsBusy = false;
        }
    }

    private async Task WritingAsync(ReadModelVersionId version, ReadModelRow row)
    {
        if (_depth < 2 && _random.Next(3) == 0)
        {
            _depth++;
            await StepAsync();
            _depth--;
        }

        if (_random.Next(12) == 0) throw new TransientException("throttled");
    }

    /// <summary>A partition as one origin brings it.</summary>
    private sealed class Source((string Topic, int Partition) lane, List<EnrichRecord> records, EventOrigin origin, int next, int end)
    {
        public (string Topic, int Partition) Lane => lane;

        public List<EnrichRecord> Records => records;

        public EventOrigin Origin => origin;

        public int Next { get; set; } = next;

        public int End => end;

        public bool IsBusy { get; set; }

        public bool IsDone => Next >= End;
    }
}

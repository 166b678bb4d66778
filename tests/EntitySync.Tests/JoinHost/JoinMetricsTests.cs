using System.Diagnostics.Metrics;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.JoinHost.Telemetry;
using EntitySync.Tests.Template;

namespace EntitySync.Tests.JoinHost;

public sealed class JoinMetricsTests
{
    private static readonly JoinTaskStatus Task = new(
        "item", "item", 3, true, Rows: 10, StateBytes: 100, AllocatedBytes: 200,
        [new SourceStatus("items", "Root", 5, 5, 7), new SourceStatus("item-replay", "Replay", null, null, null)],
        [new FanoutStatus("deliveryClass", "express", Done: 30, Left: 4, PerSecond: 10, Seconds: 3), new FanoutStatus("deliveryClass", "slow", Done: 0, Left: 6, PerSecond: 0, Seconds: 8.5)]);

    private static readonly JoinHostStatus Status = new(
        true,
        [new JoinThreadStatus(0, "running", null, [Task], [], new TransactionStatus(11, 2)), new JoinThreadStatus(1, "waiting", "why", [], [], new TransactionStatus(1, 0))],
        new Dictionary<string, EntityCounts>());

    [Fact]
    public void Collection_ReadsStatusAndCountsOfAllThreads()
    {
        using var metrics = new JoinMetrics(() => Status, () => [("item", new JoinCounts { Processed = 3, Visited = 8 }), ("item", new JoinCounts { Processed = 4 }), ("order", new JoinCounts())]);
        var measured = Collect(metrics);

        measured.Where(line => line.StartsWith("records.processed", StringComparison.Ordinal) || line.StartsWith("fanout.visits", StringComparison.Ordinal)).ShouldBe(
            ["fanout.visits 0 entity=order", "fanout.visits 8 entity=item", "records.processed 0 entity=order", "records.processed 7 entity=item"]);
        measured.Where(line => !line.Contains(" entity=item", StringComparison.Ordinal) || line.Contains("part=", StringComparison.Ordinal)).Where(line => !line.EndsWith("entity=order", StringComparison.Ordinal)).ShouldBe(
        [
            "fanout.age 8 entity=item part=item partition=3 relation=deliveryClass",
            "fanout.left 10 entity=item part=item partition=3 relation=deliveryClass",
            "lag 7 entity=item part=item partition=3 topic=items",
            "rows 10 entity=item part=item partition=3",
            "state.allocated 200 entity=item part=item partition=3",
            "state.size 100 entity=item part=item partition=3",
            "threads 1 state=running",
            "threads 1 state=waiting",
            "transactions 12 outcome=committed",
            "transactions 2 outcome=aborted",
        ]);
    }

    [Fact]
    public void Instruments_AreThoseOfTheTable()
    {
        var table = File.ReadAllLines(Checkout.PathOf("functions", "EntitySync.JoinHost", "Telemetry", "README.md"))
            .Where(line => line.StartsWith("| `entitysync.", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => $"{cells[1].Trim('`')} {cells[2]} {cells[3].Trim('`')}: {cells[5]}");
        using var metrics = new JoinMetrics(() => Status, () => []);
        var published = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == JoinInstruments.Name) published.Add($"{instrument.Name} {Kind(instrument)} {instrument.Unit}: {instrument.Description}");
            },
        };
        JoinInstruments.Round(0, TimeSpan.Zero);
        listener.Start();

        published.ShouldBe(table.Order(StringComparer.Ordinal));
    }

    private static string Kind(Instrument instrument) => instrument switch
    {
        ObservableCounter<long> => "counter",
        ObservableGauge<long> => "gauge",
        Histogram<double> => "histogram",
        _ => instrument.GetType().Name,
    };

    private static List<string> Collect(JoinMetrics metrics)
    {
        var lines = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (metrics.Owns(instrument)) listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            lines.Add($"{instrument.Name["entitysync.join.".Length..]} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        listener.RecordObservableInstruments();
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}

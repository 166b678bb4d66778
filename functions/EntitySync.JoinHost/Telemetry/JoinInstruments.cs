using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EntitySync.JoinHost.Telemetry;

/// <summary>What the join threads measure themselves. Nothing is measured while nobody listens. All instruments: Telemetry/README.md.</summary>
internal static class JoinInstruments
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "EntitySync.JoinHost";

    private static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

    private static readonly Meter Meter = new(Name);
    private static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = Seconds };

    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram(
        "entitysync.join.commit.duration", "s", "Time of a commit: flush of the emissions, progress, positions.", tags: null, Buckets);

    private static readonly Histogram<double> RoundDuration = Meter.CreateHistogram(
        "entitysync.join.round.duration", "s", "Time of a round with work to do: live records, replays, one step of a fan-out. A live update waits for one at most.", tags: null, Buckets);

    public static ActivitySource Activities { get; } = new(Name);

    public static void Round(int thread, TimeSpan duration)
    {
        if (RoundDuration.Enabled) RoundDuration.Record(duration.TotalSeconds, KeyValuePair.Create<string, object?>("thread", thread));
    }

    public static void Commit(int thread, TimeSpan duration, bool isCommitted)
    {
        if (!CommitDuration.Enabled) return;
        CommitDuration.Record(
            duration.TotalSeconds, KeyValuePair.Create<string, object?>("thread", thread), KeyValuePair.Create<string, object?>("outcome", isCommitted ? "committed" : "not-yet"));
    }
}

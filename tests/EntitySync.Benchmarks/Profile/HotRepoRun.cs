using System.Diagnostics;
using System.Globalization;
using EntitySync.Benchmarks.Topology;
using EntitySync.Benchmarks.Topology.InProcess;

namespace EntitySync.Benchmarks.Profile;

/// <summary>
/// The description of a repo that very many have starred changes: how long until all profiles are emitted, and what live changes wait meanwhile. They come at
/// fixed times, whatever the topology is at; each waits from that time until the profile is emitted with it.
/// </summary>
internal sealed class HotRepoRun(ProfileOptions options, ProfileTables tables, ChangeBatch batch, ProfileSink sink, ProfileEngine engine, FigureSheet figures, CancellationToken cancellationToken)
{
    public const string Section = "hot";
    public const string Column = "value";

    private const int LongestSeconds = 20;

    private readonly ChangeBatch _live = new(tables);
    private readonly List<(int User, string Text)> _marks = [];
    private int _next;

    public void Run()
    {
        Alone();
        Fill();
        Set("live changes a second", options.LiveChangesPerSecond);
        var idle = TakeUntil(_live.Count / 4, isBusy: null);
        Set(idle, "nothing else going on");
        Change();
        var started = Stopwatch.GetTimestamp();
        var isBusy = true;
        var busy = TakeUntil(_live.Count, () => isBusy && (isBusy = engine.Round()));
        Set("seconds until all are emitted, with live changes", Stopwatch.GetElapsedTime(started).TotalSeconds);
        Set(busy, "meanwhile");
        for (; _next < _live.Count; _next++) Take();
        engine.RunToQuiet();
        sink.CheckAllSeen();
    }

    private void Alone()
    {
        var meter = new Meter();
        var (emitted, sent) = (sink.Emitted, sink.Internal);
        engine.Steps = new LongestSteps();
        Change();
        meter.Start();
        engine.RunToQuiet();
        meter.Stop();
        Set("stars", Enumerable.Range(0, tables.Stars).Count(star => tables.StarAt(star).Repo == ProfileTables.HotRepo));
        Set("emissions", sink.Emitted - emitted);
        Set("records between parts", sink.Internal - sent);
        Set("seconds until all are emitted", meter.Seconds);
        Set("re-emissions/s", (sink.Emitted - emitted) / meter.Seconds);
        Set("longest call with one record, ms", engine.Steps.LongestRecord.TotalMilliseconds);
        Set("longest step of a fan-out, ms", engine.Steps.LongestFanout.TotalMilliseconds);
        engine.Steps = null;
    }

    private void Change()
    {
        cancellationToken.ThrowIfCancellationRequested();
        batch.Clear();
        batch.AddUpdate(ProfileTable.Repos, ProfileTables.HotRepo, tables.ChangeDescription);
        var (table, key, value) = batch[0];
        engine.Take(table, key, value);
    }

    // Each user once: another change of the same profile would be taken for the first.
    private void Fill()
    {
        var count = Math.Min(tables.Size.Users, options.LiveChangesPerSecond * LongestSeconds);
        for (var index = 0; index < count; index++)
        {
            var user = RowChange.Pick(tables, ProfileTable.Users, index);
            if (index % 2 == 0) _live.AddUpdate(ProfileTable.Users, user, tables.ChangeBio);
            _marks.Add((user, index % 2 == 0 ? ProfileRows.Bio(tables, user) : ProfileRows.StarredAt(tables, RowChange.AddStar(tables, _live, user)).ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <param name="end">Number of the live change at which to stop.</param>
    /// <param name="isBusy">Goes on with the fan-out; false when it is through. Null when there is none.</param>
    private (Latencies Users, Latencies Stars) TakeUntil(int end, Func<bool>? isBusy)
    {
        var waits = (Users: new Latencies(end), Stars: new Latencies(end));
        var apart = Stopwatch.Frequency / options.LiveChangesPerSecond;
        for (var due = Stopwatch.GetTimestamp(); _next < end && (isBusy is null || isBusy());)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (; _next < end && due <= Stopwatch.GetTimestamp(); due += apart, _next++)
            {
                sink.Expect(_marks[_next].User, _marks[_next].Text, due, _next % 2 == 0 ? waits.Users : waits.Stars);
                Take();
            }

            if (isBusy is null) engine.Round();
        }

        engine.RunToQuiet();
        return waits;
    }

    private void Take()
    {
        var (table, key, value) = _live[_next];
        engine.Take(table, key, value);
    }

    private void Set((Latencies Users, Latencies Stars) waits, string when)
    {
        Set(waits.Users, "an update of a user, " + when);
        Set(waits.Stars, "a star added, " + when);
    }

    private void Set(Latencies waits, string row)
    {
        figures["live", row, "median"] = waits.At(0.5);
        figures["live", row, "p99"] = waits.At(0.99);
        figures["live", row, "longest"] = waits.At(1);
        figures["live", row, "timed"] = waits.Count;
    }

    private void Set(string row, double value) => figures[Section, row, Column] = value;
}

using System.Globalization;
using EntitySync.Benchmarks.Topology.InProcess;

namespace EntitySync.Benchmarks.Profile;

/// <summary>A user with very many stars: what adding them in a row costs, and what one more star costs then. The profile's own size grows with them.</summary>
internal sealed class WideUserRun(ProfileTables tables, ChangeBatch batch, ProfileSink sink, ProfileEngine engine, FigureSheet figures)
{
    public const string Section = "wide";

    private const int Singles = 20;

    /// <summary>Stars of a user; more than the last would not fit into an answer.</summary>
    private static readonly int[] Stars = [10, 100, 1_000, 4_000];

    public static IEnumerable<int> Sizes(ProfileTables tables) => Stars.Where(stars => stars <= tables.Size.Stars);

    public void Run(int stars)
    {
        var row = stars.ToString("N0", CultureInfo.InvariantCulture);
        var user = tables.Size.Users - 1 - Array.IndexOf(Stars, stars);
        Fill(user, stars);
        var meter = new Meter();
        var (bytes, emitted) = (sink.InternalBytes, sink.Emitted);
        meter.Start();
        for (var index = 0; index < batch.Count; index++)
        {
            var (table, key, value) = batch[index];
            engine.Take(table, key, value);
        }

        engine.RunToQuiet();
        meter.Stop();
        figures[Section, row, "milliseconds"] = meter.Seconds * 1e3;
        figures[Section, row, "microseconds a star"] = meter.Seconds * 1e6 / stars;
        figures[Section, row, "megabytes"] = (sink.InternalBytes - bytes) / 1e6;
        figures[Section, row, "emissions"] = sink.Emitted - emitted;

        Fill(user, Singles);
        bytes = sink.InternalBytes;
        var alone = new Meter();
        alone.Start();
        var waits = ProfileRun.TakeOneByOne(batch, engine, sink);
        alone.Stop();
        figures[Section, row, "one more"] = alone.Seconds * 1e6 / Singles;
        figures[Section, row, "longest"] = waits.At(1);
        figures[Section, row, "kilobytes"] = (sink.InternalBytes - bytes) / 1e3 / Singles;
    }

    private void Fill(int user, int stars)
    {
        batch.Clear();
        for (var star = 0; star < stars; star++) RowChange.AddStar(tables, batch, user);
    }
}

using System.Text;

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>The figures of all contenders beside each other, as Markdown. The first contender is ours, the second, if any, the naive one.</summary>
internal static class InProcessTable
{
    private sealed record Line(string Name, Func<Figures, double> Figure, string Aim, string Format = "N0", bool LessIsBetter = false);

    private static readonly Line[] Lines =
    [
        new("item updates/s", run => run.Updates, "1,000,000"),
        new("item updates that change a class/s", run => run.Moves, ""),
        new("re-emissions/s, all classes changed", run => run.Reemissions, "2,000,000"),
        new("items visited for them/s", run => run.Visits, ""),
        new("restored items/s", run => run.Restored, ""),
        new("live update during a fan-out of all items, median, ms", run => run.LiveMedian, "", "F3", LessIsBetter: true),
        new("p99, ms", run => run.LiveP99, "5", "F3", LessIsBetter: true),
        new("longest, ms", run => run.LiveMaximum, "", "F3", LessIsBetter: true),
        new("memory over payload, bytes an item", run => run.OverheadBytes, "64", "F1", LessIsBetter: true),
        new("allocated on the heap, bytes an update", run => run.AllocatedPerUpdate, "", "F1"),
        new("allocated on the heap, bytes a re-emission", run => run.AllocatedPerReemission, "", "F1"),
    ];

    public static void Append(StringBuilder text, int items, IReadOnlyList<(string Name, IReadOnlyList<Figures> Runs)> contenders)
    {
        text.AppendLine($"## {items:N0} items").AppendLine();
        text.AppendLine($"| | {string.Join(" | ", contenders.Select(contender => contender.Name))} | ratio | aim | {contenders[0].Name}: smallest - largest |");
        text.AppendLine($"| --- |{string.Concat(contenders.Select(_ => " ---: |"))} ---: | ---: | ---: |");
        foreach (var line in Lines)
        {
            var medians = contenders.Select(contender => line.Figure(Figures.Median(contender.Runs))).ToList();
            var own = contenders[0].Runs.Select(line.Figure).ToList();
            var ratio = medians.Count == 1 ? double.NaN : line.LessIsBetter ? medians[1] / medians[0] : medians[0] / medians[1];
            var hasRatio = !line.Name.StartsWith("allocated", StringComparison.Ordinal) && double.IsFinite(ratio);
            text.AppendLine($"| {line.Name} | {string.Join(" | ", medians.Select(median => Number(median, line)))} | {(hasRatio ? ratio.ToString("F1") : "")} | {line.Aim} | {Number(own.Min(), line)} - {Number(own.Max(), line)} |");
        }

        var samples = Figures.Median(contenders[0].Runs).LiveSamples;
        text.AppendLine().AppendLine($"Live updates timed a run: {samples:N0}.").AppendLine();
    }

    private static string Number(double value, Line line) => value.ToString(line.Format, System.Globalization.CultureInfo.InvariantCulture);
}

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>What one run of a contender gave, or the median of several. Rates are per second of processor time, waits are milliseconds by the clock.</summary>
internal sealed record Figures
{
    public double Restored { get; init; }

    public double Updates { get; init; }

    public double Moves { get; init; }

    public double Reemissions { get; init; }

    /// <summary>Items looked at to find those whose output changes.</summary>
    public double Visits { get; init; }

    public double LiveMedian { get; init; }

    public double LiveP99 { get; init; }

    public double LiveMaximum { get; init; }

    public double LiveSamples { get; init; }

    /// <summary>Memory held, less the bytes of keys and documents, an item.</summary>
    public double OverheadBytes { get; init; }

    /// <summary>Bytes allocated on the garbage collector's heap.</summary>
    public double AllocatedPerUpdate { get; init; }

    public double AllocatedPerReemission { get; init; }

    public static Figures Median(IReadOnlyCollection<Figures> runs) => new()
    {
        Restored = Of(runs, run => run.Restored),
        Updates = Of(runs, run => run.Updates),
        Moves = Of(runs, run => run.Moves),
        Reemissions = Of(runs, run => run.Reemissions),
        Visits = Of(runs, run => run.Visits),
        LiveMedian = Of(runs, run => run.LiveMedian),
        LiveP99 = Of(runs, run => run.LiveP99),
        LiveMaximum = Of(runs, run => run.LiveMaximum),
        LiveSamples = Of(runs, run => run.LiveSamples),
        OverheadBytes = Of(runs, run => run.OverheadBytes),
        AllocatedPerUpdate = Of(runs, run => run.AllocatedPerUpdate),
        AllocatedPerReemission = Of(runs, run => run.AllocatedPerReemission),
    };

    private static double Of(IReadOnlyCollection<Figures> runs, Func<Figures, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);
}

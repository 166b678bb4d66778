using EntitySync.Core.Definitions;

namespace EntitySync.Local.Advise;

/// <summary>The containers that hold the items, and with broadcast and shuffle the classes.</summary>
/// <param name="Containers">Of 1 vCPU, each with one join thread.</param>
/// <param name="Gigabytes">Memory of one container; enough when one of them is lost.</param>
/// <param name="StateBytes">What all of them hold together.</param>
/// <param name="RowBytesPerThread">Of it the classes that every thread holds; 0 unless broadcast.</param>
public sealed record JoinPlan(int Containers, int Gigabytes, int Partitions, double StateBytes, double RowBytesPerThread)
{
    /// <summary>Items that all threads emit a second in a fan-out beside the live updates.</summary>
    internal double FanoutRate(Strategy strategy, Workload workload) =>
        Containers * FanoutRatePerThread(strategy, workload) * (1 - (workload.ItemChangesPerSecond / (Containers * LiveRatePerThread(strategy, workload))));

    /// <summary>Until the containers hold their items again after a crash of all.</summary>
    internal double RestoreSeconds(Workload workload) => workload.Items / Math.Min(Containers * BenchmarkFigures.RestoredItemsPerSecond * SizeFactor(workload), Limits.BrokerItems(workload));

    private static double FanoutRatePerThread(Strategy strategy, Workload workload) => BenchmarkFigures.ReEmissionsPerSecond / 2 * SizeFactor(workload) / Slowdown(strategy);

    private static double LiveRatePerThread(Strategy strategy, Workload workload) => BenchmarkFigures.UpdatesPerSecond / 2 * SizeFactor(workload) / Slowdown(strategy);

    // As if all work grew with the bytes; smaller items are not taken to be faster.
    private static double SizeFactor(Workload workload) => Math.Min(1, BenchmarkFigures.TopologyItemBytes / workload.ItemBytes);

    private static double Slowdown(Strategy strategy) => strategy == Strategy.Shuffle ? BenchmarkFigures.ShuffleFactor : 1;

    /// <returns>The smallest number of containers that holds everything, or null and why there is none.</returns>
    internal static (JoinPlan? Plan, string? Refusal) Of(Strategy strategy, Workload workload)
    {
        var most = Math.Min(workload.Partitions ?? int.MaxValue, Assumptions.MostContainers);
        for (var containers = Least(strategy, workload); containers <= most; containers++)
        {
            var partitions = workload.Partitions ?? (int)Math.Max(Assumptions.DefaultPartitions, containers);
            var rows = RowsPerThread(strategy, workload);
            var shared = ItemState(workload) + SharedRows(strategy, workload, partitions);
            var gigabytes = Math.Ceiling(((((shared / (containers - 1)) + rows) * Assumptions.HeadRoom) + Assumptions.BaseBytes) / Assumptions.Gibibyte);
            if (gigabytes > Assumptions.GigabytesPerContainer) continue;
            return (new JoinPlan((int)containers, (int)Math.Max(gigabytes, Assumptions.LeastGigabytes), partitions, shared + (containers * rows), rows), null);
        }

        return (null, Refusal(strategy, workload));
    }

    private static double Least(Strategy strategy, Workload workload) =>
        Math.Max(Math.Max(Assumptions.LeastContainers, workload.Threads), Math.Ceiling(workload.ItemChangesPerSecond / (LiveRatePerThread(strategy, workload) * Assumptions.BusyShare)));

    // The overhead was measured with two classes an item; more of them are taken to need as much again, two by two.
    private static double ItemState(Workload workload) =>
        workload.Items * (workload.ItemBytes + (BenchmarkFigures.ItemOverheadBytes * Math.Max(1, workload.RowsPerItem / BenchmarkFigures.TopologyRowsPerItem)));

    private static double RowsPerThread(Strategy strategy, Workload workload) =>
        strategy == Strategy.Broadcast ? workload.Classes * (workload.RowBytes + BenchmarkFigures.BroadcastRowOverhead) : 0;

    private static double SharedRows(Strategy strategy, Workload workload, int partitions) => strategy == Strategy.Shuffle
        ? (workload.Classes * (workload.RowBytes + BenchmarkFigures.AnsweredRowOverhead)) + (AskedRows(workload, partitions) * (workload.RowBytes + BenchmarkFigures.PreparedRowOverhead))
        : 0;

    /// <summary>Classes that tasks have asked for, each once a task; no task asks for more than its items name.</summary>
    internal static double AskedRows(Workload workload, int partitions) => Math.Min((double)partitions * workload.Classes, (double)workload.Items * workload.RowsPerItem);

    private static string Refusal(Strategy strategy, Workload workload)
    {
        var rows = RowsPerThread(strategy, workload);
        var alone = (Assumptions.GigabytesPerContainer * Assumptions.Gibibyte) - Assumptions.BaseBytes;
        if (rows * Assumptions.HeadRoom > alone) return $"the classes take {About.Bytes(rows)} in every thread, and a container of {Assumptions.GigabytesPerContainer} GB has no room for them";
        var limit = workload.Partitions is { } partitions && partitions < Assumptions.MostContainers ? $"{partitions} partitions allow (--partitions)" : $"{Assumptions.MostContainers} containers of {Assumptions.GigabytesPerContainer} GB that this reckons with";
        return Least(strategy, workload) > Math.Min(workload.Partitions ?? int.MaxValue, Assumptions.MostContainers)
            ? $"the changed items need more threads than the {limit}"
            : $"the items, {About.Bytes(ItemState(workload))} in memory, need more containers than the {limit}";
    }
}

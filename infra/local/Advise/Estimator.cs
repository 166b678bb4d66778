using EntitySync.Core.Definitions;

namespace EntitySync.Local.Advise;

/// <summary>The formulas of infra/cost.md.</summary>
public static class Estimator
{
    /// <returns>Lookup, broadcast, shuffle.</returns>
    public static IReadOnlyList<StrategyEstimate> All(Workload workload, PriceList prices) => [.. Enum.GetValues<Strategy>().Order().Select(strategy => Of(strategy, workload, prices))];

    public static StrategyEstimate Of(Strategy strategy, Workload workload, PriceList prices)
    {
        if (Limits.Refusal(strategy, workload) is { } limit) return new StrategyEstimate(strategy, limit);
        var (join, refusal) = JoinPlan.Of(strategy, workload);
        if (join is null) return new StrategyEstimate(strategy, refusal);
        var isLookup = strategy == Strategy.Lookup;
        var propagation = isLookup ? LookupSeconds(join, workload) : TopologySeconds(strategy, join, workload);
        var itemRecords = isLookup ? 1 : 0;
        var classRecords = isLookup ? 2 * workload.Affected : strategy == Strategy.Shuffle ? 1 + AnswersPerChange(join, workload) : 0;
        var usage = Containers(join) + ClassWrites(workload) + Outputs(workload)
            + (isLookup ? LookupUsage.Of(join, workload) : new Usage { KafkaBytes = workload.ClassChanges * classRecords * workload.RowBytes });
        return new StrategyEstimate(strategy, null)
        {
            Join = join,
            PropagationSeconds = propagation,
            KeepsUp = workload.ClassChangesPerDay * propagation <= 86_400,
            RestoreSeconds = join.RestoreSeconds(workload),
            InternalRecordsPerItemChange = itemRecords,
            InternalRecordsPerClassChange = classRecords,
            InternalRecords = (itemRecords * workload.ItemChanges) + (classRecords * workload.ClassChanges),
            Usage = usage,
            Bill = Bill.Of(usage, prices),
        };
    }

    // A replay goes at the pace of the id source, unless containers, pollers or brokers are slower; each item is written twice.
    private static double LookupSeconds(JoinPlan join, Workload workload) =>
        Assumptions.TriggerWindowSeconds + Assumptions.ReplayStartSeconds + Assumptions.CommitSeconds + Assumptions.EnrichWindowSeconds
        + (workload.Affected / new[] { workload.IdsPerSecond, join.FanoutRate(Strategy.Lookup, workload), Limits.PollerRate(workload), Limits.BrokerRate(Strategy.Lookup, workload) }.Min());

    // With shuffle the row passes two parts on its way.
    private static double TopologySeconds(Strategy strategy, JoinPlan join, Workload workload) =>
        Assumptions.PublishWindowSeconds + Assumptions.StreamSeconds + Assumptions.CommitSeconds + (strategy == Strategy.Shuffle ? 2 * BenchmarkFigures.CommitMilliseconds / 1000 : 0)
        + (workload.Affected / Math.Min(join.FanoutRate(strategy, workload), Limits.BrokerRate(strategy, workload)));

    // Each task that has an item with the class has asked for it.
    private static double AnswersPerChange(JoinPlan join, Workload workload) => JoinPlan.AskedRows(workload, join.Partitions) / workload.Classes;

    private static Usage Containers(JoinPlan join) => new()
    {
        VcpuHours = join.Containers * Assumptions.HoursPerMonth,
        GigabyteHours = join.Containers * join.Gigabytes * Assumptions.HoursPerMonth,
    };

    private static Usage Outputs(Workload workload) => new() { KafkaBytes = (workload.ItemChanges + workload.FollowUps) * workload.ItemBytes };

    /// <summary>A class is read and written by ReferenceApi, then PublishReference and TriggerReplay see it; all strategies alike.</summary>
    private static Usage ClassWrites(Workload workload) => Usage.Calls(workload.ClassChanges * 3, Assumptions.MillisecondsPerInvocation / 1000) + new Usage
    {
        HttpRequests = workload.ClassChanges,
        TableRequests = workload.ClassChanges * 2,
        ReadUnits = workload.ClassChanges * Math.Ceiling(workload.RowBytes / Assumptions.ReadUnitBytes),
        WriteUnits = workload.ClassChanges * Math.Ceiling(workload.RowBytes / Assumptions.WriteUnitBytes),
        StoredGigabytes = (double)workload.Classes * workload.RowBytes / 1e9,
        KafkaBytes = workload.ClassChanges * workload.RowBytes,
    };
}

namespace EntitySync.Local.Advise;

/// <summary>What lookup needs besides the containers: Enrich for every emission, and a replay for every changed class.</summary>
internal static class LookupUsage
{
    public static Usage Of(JoinPlan join, Workload workload) =>
        new Usage { PollerHours = Assumptions.HoursPerMonth } + Live(join, workload)
        + Enriched(workload.FollowUps, Full(workload), 1 + Distinct(Full(workload) * (workload.RowsPerItem - 1), workload.Classes), workload) // one class is the same
        + Replays(workload.ClassChanges, workload.Affected, workload);

    /// <summary>One replay of so many ids, Enrich included, the containers not.</summary>
    public static Usage Replay(double ids, Workload workload) => Enriched(ids, Full(workload), Distinct(Full(workload) * workload.RowsPerItem, workload.Classes), workload) + Replays(1, ids, workload);

    // No more than an invocation a partition and batching window, beside those that are full.
    private static Usage Live(JoinPlan join, Workload workload)
    {
        var rate = workload.ItemChangesPerSecond;
        if (rate == 0) return new Usage();
        var invocations = Math.Min(rate, ((double)join.Partitions / Assumptions.EnrichWindowSeconds) + (rate / Full(workload)));
        var items = rate / invocations;
        return Enriched(workload.ItemChanges, items, Distinct(items * workload.RowsPerItem, workload.Classes), workload);
    }

    /// <summary>Records of a full invocation: the batch size, or what an event can hold, for bytes travel as base64.</summary>
    internal static double Full(Workload workload) =>
        Math.Clamp(Math.Floor(Assumptions.InvocationBytes / ((workload.ItemBytes * 4 / 3d) + Assumptions.EventOverheadBytes)), 1, Assumptions.EnrichBatch);

    private static Usage Enriched(double items, double itemsPerInvocation, double rows, Workload workload)
    {
        var invocations = items / itemsPerInvocation;
        return Usage.Calls(invocations, (Assumptions.MillisecondsPerInvocation / 1000) + (itemsPerInvocation * SecondsPerItem(workload))) + new Usage
        {
            TableRequests = invocations * Math.Max(1, rows / Assumptions.RowsPerBatchGet),
            ReadUnits = invocations * rows * Math.Ceiling(workload.RowBytes / Assumptions.ReadUnitBytes),
            KafkaBytes = items * workload.ItemBytes,
        };
    }

    // How many of the classes are among so many drawn ones.
    private static double Distinct(double drawn, double classes) => classes == 1 ? Math.Min(drawn, 1) : -classes * double.ExpM1(drawn * double.LogP1(-1 / classes));

    // A function has its share of a core.
    private static double SecondsPerItem(Workload workload) =>
        BenchmarkFigures.EnrichMicroseconds / 1e6 * Math.Max(1, workload.ItemBytes / BenchmarkFigures.EnrichItemBytes) * Assumptions.MegabytesPerCore / Assumptions.FunctionMegabytes;

    private static Usage Replays(double replays, double ids, Workload workload)
    {
        var pages = Math.Max(1, ids / Assumptions.IdsPerPage);
        var seconds = ids / workload.IdsPerSecond;
        var publishing = Math.Max(1, Math.Ceiling(seconds / Assumptions.PublishPagesSeconds));
        return Usage.Calls(replays * (2 + publishing), Assumptions.MillisecondsPerInvocation / 1000) + new Usage
        {
            LambdaGigabyteSeconds = replays * seconds * Assumptions.FunctionMegabytes / 1024,
            Transitions = replays * (Assumptions.TransitionsPerReplay + (Assumptions.TransitionsPerPublishInvocation * publishing)),
            TableRequests = replays * (4 + pages),
            WriteUnits = replays * (Assumptions.WriteUnitsPerReplay + (Assumptions.WriteUnitsPerPage * pages)),
            KafkaBytes = replays * ids * Assumptions.ReplayRecordBytes,
        };
    }
}

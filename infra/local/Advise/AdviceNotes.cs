namespace EntitySync.Local.Advise;

/// <summary>What the reader must know to believe the figures, or not.</summary>
internal static class AdviceNotes
{
    private const long MostMeasuredItems = 2_000_000;

    public static IEnumerable<string> Of(Workload workload, IReadOnlyList<StrategyEstimate> estimates, PriceList prices)
    {
        yield return "Measured: rates and memory of join host and Enrich, from tests/EntitySync.Benchmarks/results. There is no figure of a real broker: rates are those of two cores with a mock cluster in the process, "
            + $"halved for a container, and brought from items of {BenchmarkFigures.TopologyItemBytes.Value} to {workload.ItemBytes:#,0} bytes as if all work grew with them.";
        yield return $"Guessed: {workload.IdsPerSecond:#,0} ids a second from the id source (--ids-per-second; a replay's own record shows yours), {workload.BrokerMegabytesPerSecond:#,0} MB a second that the brokers take or give "
            + $"(--broker-megabytes-per-second), {Assumptions.MillisecondsPerInvocation} ms an invocation besides its items, {Assumptions.ReplayStartSeconds} s until a replay starts, a quarter more memory than counted.";
        yield return "Upper bounds: every item of a changed class is emitted, no two changes coalesce, classes are equally large. Containers are large enough when one of them is lost.";
        yield return $"Prices: {prices.Region}, {prices.AsOf} (infra/prices.yaml, --prices). Left out: {(prices.KafkaGigabyteWritten > 0 ? "" : "the Kafka cluster, ")}the id source, traffic between zones, NAT and endpoints, alarms and metrics, free tiers. Formulas: infra/cost.md.";
        if (workload.Items > MostMeasuredItems) yield return $"Nothing was measured beyond {MostMeasuredItems:#,0} items in one task.";
        foreach (var rows in estimates.Where(estimate => estimate.IsPossible).Select(estimate => estimate.Join.RowBytesPerThread).Where(rows => rows > Assumptions.BroadcastMegabytes * 1024d * 1024))
            yield return $"Broadcast: a thread may hold {Assumptions.BroadcastMegabytes} MB of classes unless JOIN_BROADCAST_MEGABYTES allows {Math.Ceiling(rows * Assumptions.HeadRoom / 1024 / 1024):#,0}.";
    }
}

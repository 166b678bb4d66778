using EntitySync.Core.Definitions;

namespace EntitySync.Local.Advise;

/// <summary>What brokers and pollers let through, in items a second, beside the live updates.</summary>
internal static class Limits
{
    private const double PollerMegabytes = Assumptions.EnrichPollers * Assumptions.PollerMegabytes;

    public static double BrokerItems(Workload workload) => workload.BrokerMegabytesPerSecond * 1e6 / workload.ItemBytes;

    public static double BrokerRate(Strategy strategy, Workload workload) => (BrokerItems(workload) / Writes(strategy)) - workload.ItemChangesPerSecond;

    public static double PollerRate(Workload workload) => (PollerMegabytes * 1e6 / workload.ItemBytes) - workload.ItemChangesPerSecond;

    /// <summary>Why not even the live updates get through, or null.</summary>
    public static string? Refusal(Strategy strategy, Workload workload)
    {
        var live = workload.ItemChangesPerSecond * workload.ItemBytes;
        if (strategy == Strategy.Lookup && PollerRate(workload) <= 0) return $"the changed items are {About.Bytes(live)} a second, and Enrich's {Assumptions.EnrichPollers} pollers take {PollerMegabytes} MB (MaximumPollers in template.yaml)";
        return BrokerRate(strategy, workload) <= 0
            ? $"the changed items are {About.Bytes(live * Writes(strategy))} a second to write, and the brokers take {workload.BrokerMegabytesPerSecond:#,0.#} MB (--broker-megabytes-per-second)"
            : null;
    }

    // With lookup each item is written twice: on its way to Enrich, and as output.
    private static int Writes(Strategy strategy) => strategy == Strategy.Lookup ? 2 : 1;
}

using System.Text;

namespace EntitySync.Local.Advise;

/// <summary>The tables of infra/cost.md, in Markdown.</summary>
public static class CostTable
{
    private static readonly long[] Items = [100_000, 1_000_000, 10_000_000];

    public static Workload Example(long items) => new(items, Classes: 50, ClassChangesPerDay: 20, ItemChangesPerSecond: 40);

    public static string Of(PriceList prices)
    {
        var text = new StringBuilder();
        text.Append("| items | strategy | items of a class | propagation time | containers | state | internal records a month | Lambda invocations | Step Functions transitions | ")
            .Append(prices.Currency).Append(" a month | of it containers | event pollers |\n| ---: | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (var (workload, estimate) in Items.Select(Example).SelectMany(workload => Estimator.All(workload, prices).Select(estimate => (workload, estimate)))) text.Append(Row(workload, estimate));
        return text.Append('\n').Append(Singles(prices)).ToString();
    }

    private static string Row(Workload workload, StrategyEstimate estimate) => estimate.Refusal is { } refusal
        ? $"| {workload.Items:#,0} | {estimate.Name} | {About.Count(workload.Affected)} | not possible: {refusal} | | | | | | | | |\n"
        : $"| {workload.Items:#,0} | {estimate.Name} | {About.Count(workload.Affected)} | {About.Seconds(estimate.PropagationSeconds)} | {estimate.Join.Containers} of {estimate.Join.Gigabytes} GB "
            + $"| {About.Bytes(estimate.Join.StateBytes)} | {About.Count(estimate.InternalRecords)} | {About.Count(estimate.Usage.Invocations)} | {About.Count(estimate.Usage.Transitions)} "
            + $"| {About.Money(estimate.Bill.Total)} | {About.Money(estimate.Bill.Containers)} | {About.Money(estimate.Bill.Pollers)} |\n";

    private static string Singles(PriceList prices)
    {
        var million = Example(1_000_000);
        var text = new StringBuilder($"| besides | requests | {prices.Currency} |\n| --- | --- | ---: |\n");
        Add("a replay of all of 1,000,000 items, lookup", LookupUsage.Replay(million.Items, million), usage => $"{About.Count(usage.Invocations)} invocations, {About.Count(usage.Transitions)} transitions, {About.Count(usage.WriteUnits)} write units");
        Add("1,000,000 orders of five products, each order's messages in one batch", Orders(BenchmarkFigures.WritesPerOrderInOneBatch), usage => $"{About.Count(usage.WriteUnits)} write units");
        Add("1,000,000 orders of five products, each message in a batch of its own", Orders(BenchmarkFigures.WritesPerOrderInSixBatches), usage => $"{About.Count(usage.WriteUnits)} write units");
        Add("1,000,000 events into rows of up to 1 KB of a read model without indexes, each event in a batch of its own", new Usage { ReadUnits = 1e6, WriteUnits = 1e6 }, usage => $"{About.Count(usage.ReadUnits)} read units, {About.Count(usage.WriteUnits)} write units");
        return text.ToString();

        void Add(string what, Usage usage, Func<Usage, string> requests) => text.Append($"| {what} | {requests(usage)} | {About.Money(Bill.Of(usage, prices).Total)} |\n");
    }

    // Writes of the item, whose size counts each time, and of its entry in the index.
    private static Usage Orders(double writes) => new() { WriteUnits = 1e6 * ((writes * Math.Ceiling(Assumptions.OrderBytes / Assumptions.WriteUnitBytes)) + Assumptions.IndexWritesPerOrder) };
}

using EntitySync.Core.Definitions;

namespace EntitySync.Local.Advise;

/// <summary>Which strategy to take, and why.</summary>
/// <param name="Taken">Null when none can be taken.</param>
public sealed record Recommendation(StrategyEstimate? Taken, string Reason)
{
    /// <summary>
    /// The cheapest of those that keep up with the changes; among those that cost nearly as little, the one that is through soonest. When none keeps up, the soonest.
    /// </summary>
    public static Recommendation Of(Workload workload, IReadOnlyList<StrategyEstimate> estimates, PriceList prices)
    {
        var possible = estimates.Where(estimate => estimate.IsPossible).ToList();
        if (possible.Count == 0) return new Recommendation(null, string.Join(" ", Refusals(estimates)));
        var inTime = possible.Where(estimate => estimate.KeepsUp).ToList();
        if (inTime.Count == 0) return Soonest(possible);
        var least = inTime.Min(estimate => estimate.Bill.Total);
        var taken = inTime.Where(estimate => estimate.Bill.Total <= least * Assumptions.NearlyTheSame).MinBy(estimate => estimate.PropagationSeconds)!;
        return new Recommendation(taken, string.Join(" ", Sentences(taken, workload, estimates, prices)));
    }

    private static Recommendation Soonest(List<StrategyEstimate> possible)
    {
        var taken = possible.MinBy(estimate => estimate.PropagationSeconds)!;
        return new Recommendation(
            taken,
            $"No strategy keeps up: each change takes {About.Seconds(taken.PropagationSeconds)} at best, and the next one comes before. Changes of one class in between are sent together, so nothing is lost, but items are late; the figures of a month count every change. {Cap(taken.Name)} is the soonest.");
    }

    private static IEnumerable<string> Sentences(StrategyEstimate taken, Workload workload, IReadOnlyList<StrategyEstimate> estimates, PriceList prices)
    {
        var others = estimates.Where(estimate => estimate != taken && estimate.IsPossible).ToList();
        yield return $"It costs about {About.Money(taken.Bill.Total)} {prices.Currency} a month{Compared(others, other => About.Money(other.Bill.Total))}, and a changed class has reached its items after about {About.Seconds(taken.PropagationSeconds)}{Compared(others, other => About.Seconds(other.PropagationSeconds))}.";
        yield return Character(taken, workload);
        foreach (var other in others.Where(other => !other.KeepsUp)) yield return $"{Cap(other.Name)} would not keep up with the changes.";
        foreach (var refusal in Refusals(estimates)) yield return refusal;
    }

    private static IEnumerable<string> Refusals(IEnumerable<StrategyEstimate> estimates) => estimates
        .Where(estimate => !estimate.IsPossible)
        .GroupBy(estimate => estimate.Refusal, estimate => estimate.Name)
        .Select(group => $"{Cap(string.Join(", ", group))} cannot be taken: {group.Key}.");

    private static string Compared(List<StrategyEstimate> others, Func<StrategyEstimate, string> figure) =>
        others.Count == 0 ? "" : $" ({string.Join(", ", others.Select(other => $"{other.Name} {figure(other)}"))})";

    private static string Character(StrategyEstimate taken, Workload workload) => taken.Strategy switch
    {
        Strategy.Broadcast => $"The classes take {About.Bytes(taken.Join.RowBytesPerThread)} in each thread, and nothing but outputs is written.",
        Strategy.Shuffle => $"A task holds only the classes that its items name; a changed class travels once a task, in {About.Count(taken.InternalRecordsPerClassChange)} internal records.",
        _ => $"The classes stay in DynamoDB: no container holds them. It needs an id source that finds the {About.Count(workload.Affected)} items of a class.",
    };

    private static string Cap(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}

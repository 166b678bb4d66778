using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Simulation.Workload;

/// <summary>What one seed runs: a definition from the grid, a guarantee, the size of the world.</summary>
public sealed record SimulationCase
{
    public required EntityDefinition Definition { get; init; }

    /// <summary>What the root is, as its definition says.</summary>
    public RootShape Root => Definition.Root switch
    {
        { Kind: RootKind.Stream } => RootShape.Stream,
        { Format: DocumentFormat.Debezium } => RootShape.Changes,
        _ => RootShape.Table,
    };

    public bool IsExactlyOnce { get; init; } = true;

    public int Partitions { get; init; } = 2;

    public int RelatedPartitions { get; init; } = 2;

    public int Nodes { get; init; } = 2;

    public int Entities { get; init; } = 3;

    public int RelatedRows { get; init; } = 3;

    public JoinOptions Options { get; init; } = new();

    /// <summary>One node follows broadcast topics late.</summary>
    public bool HasSlowBroadcasts { get; init; }

    /// <summary>Crashes, rebalances, zombies, compaction and repeated records; off for lock-step runs.</summary>
    public bool HasFaults { get; init; } = true;

    public override string ToString() =>
        $"{(IsExactlyOnce ? "exactly-once" : "at-least-once")}, {Partitions} partitions, {RelatedPartitions} related, {Nodes} nodes, {Root}, emit {Definition.Emit.When}{(Definition.Emit.Once ? " once" : "")}{(Definition.Emit.Complete.IsEmpty ? "" : $" complete {string.Join(' ', Definition.Emit.Complete)}")}"
        + $"{(Options.SuppressEqualOutput ? "" : ", equal outputs not suppressed")}{(Root == RootShape.Stream ? $", {Options.WaitingEvents} may wait, {Options.RecentValues} recent values" : "")}{(HasSlowBroadcasts ? ", slow broadcasts" : "")}{(HasFaults ? "" : ", no faults")}: "
        + string.Join("; ", Definition.Relations.Select(Describe));

    private static string Describe(RelationDefinition relation) =>
        $"{relation.Name} {relation.Strategy} {relation.Key} = {relation.Match} {(relation.Many ? "many" : relation.Pick is { } pick ? $"pick {pick.Order}" : "only one")} missing {relation.Missing.Action}"
        + string.Concat(relation.Where.Select(condition => $" where {condition.Field} in {string.Join('|', condition.Values.Select(value => Encoding.UTF8.GetString(value.AsSpan())))}"))
        + (relation.Relations.IsEmpty ? "" : $" with ({string.Join("; ", relation.Relations.Select(Describe))})")
        + (relation.Order is { } order ? $" order {order.Direction}" : "") + (relation.Limit is { } limit ? $" limit {limit}" : "");
}

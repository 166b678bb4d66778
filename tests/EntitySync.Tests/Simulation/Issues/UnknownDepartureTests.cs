using EntitySync.Core.Definitions;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>
/// A row's record was compacted away before a thread read it, and the thread was live already: it did not know which value the row had left, so entities
/// that came to it from another thread kept the old row. The same for the tombstone of a row that the thread had never seen.
/// </summary>
public sealed class UnknownDepartureTests
{
    [Theory]
    [InlineData("""{"rid":"r","v":"b","t":2}""")]
    [InlineData(null)]
    public void RecordCompactedBeforeALiveThreadReadsIt_LeavesNoOldRow(string? next)
    {
        using var scenario = new Scenario(new SimulationCase
        {
            Definition = DefinitionGrid.Entity([DefinitionGrid.Relation(0, Strategy.Broadcast)]),
            Partitions = 2,
            RelatedPartitions = 1,
            Nodes = 2,
            HasFaults = false,
        });
        var partition = scenario.World.Log.PartitionFor(DefinitionGrid.RootTopic, "e"u8.ToArray());
        var task = scenario.World.Tasks.Single(task => task.Partition == partition);
        var owner = scenario.World.Nodes.Single(node => node.Tasks.Contains(task));
        scenario.Related("r", """{"rid":"r","v":"a","t":1}""").Root("e", """{"id":"e","f0":"a"}""");
        foreach (var (_, take) in owner.Readable().Reverse().ToList()) take();
        while (task.Task!.HasFanout) owner.Fanout(task, 10);
        owner.Commit();

        scenario.World.Move(task, owner, scenario.World.Nodes.Single(node => node != owner));
        scenario.Related("r", next);
        scenario.World.Compact(scenario.World.Log.Partition("related0", 0), head: 2);
        scenario.Settle();
        scenario.Outputs[^1].ShouldBe("""e {"id":"e","f0":"a"}""");
        scenario.Problems.ShouldBeEmpty();
    }
}

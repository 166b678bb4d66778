using EntitySync.Core.Definitions;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;

namespace EntitySync.Tests.Simulation;

/// <summary>Hand-overs between nodes that have not read equally far.</summary>
public sealed class HandOverTests
{
    /// <summary>The second node's table is behind what the first has passed on: the entity must not go back to the older row.</summary>
    [Fact]
    public void TaskThatMovesToANodeWithAnOlderTable_DoesNotGoBack()
    {
        using var scenario = new Scenario(new SimulationCase
        {
            Definition = DefinitionGrid.Entity([DefinitionGrid.Relation(0, Strategy.Broadcast)]),
            Partitions = 2,
            RelatedPartitions = 1,
            Nodes = 2,
            HasFaults = false,
        });
        scenario.Related("r", """{"rid":"r","v":"a","t":1}""").Root("e", """{"id":"e","f0":"a"}""").Settle().Related("r", """{"rid":"r","v":"a","t":2}""");
        var partition = scenario.World.Log.PartitionFor(DefinitionGrid.RootTopic, "e"u8.ToArray());
        var task = scenario.World.Tasks.Single(task => task.Partition == partition);
        var owner = scenario.World.Nodes.Single(node => node.Tasks.Contains(task));
        foreach (var (_, take) in owner.Readable().ToList()) take();
        while (task.Task!.HasFanout) owner.Fanout(task, 10);
        owner.Commit();

        var other = scenario.World.Nodes.Single(node => node != owner);
        scenario.World.Move(task, owner, other);
        scenario.Root("e", """{"id":"e","f0":"a","n":1}""");
        while (other.Tasks.Find(waiting => waiting.Task is null) is { } waiting && other.TryRestore(waiting)) other.Commit();
        scenario.Take(DefinitionGrid.RootTopic).Settle();
        scenario.Outputs.ShouldBe(
        [
            """e {"id":"e","f0":"a","t0":1,"k0":"r"}""", """e {"id":"e","f0":"a","t0":2,"k0":"r"}""", """e {"id":"e","f0":"a","n":1,"t0":2,"k0":"r"}""",
        ]);
        scenario.Problems.ShouldBeEmpty();
    }
}

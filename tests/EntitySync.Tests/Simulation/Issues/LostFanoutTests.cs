using EntitySync.Core.Definitions;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>
/// At-least-once: a crash between the notes of one commit left the position in a broadcast topic behind and lost the fan-out that it stands for, so
/// entities kept the old row for good.
/// </summary>
public sealed class LostFanoutTests
{
    [Fact]
    public void CrashAnywhereInACommit_LosesNoFanout()
    {
        for (var run = 0; run < 200; run++)
        {
            var definition = DefinitionGrid.Entity([DefinitionGrid.Relation(0, Strategy.Broadcast)]);
            using var scenario = new Scenario(new SimulationCase
            {
                Definition = definition, IsExactlyOnce = false, Partitions = 1, RelatedPartitions = 1, Nodes = 1, HasFaults = false,
            });
            scenario.Root("e", """{"id":"e","f0":"a"}""").Settle().Related("r", """{"rid":"r","v":"a","t":1}""");
            var node = scenario.World.Nodes[0];
            var dice = new Dice((ulong)run);
            node.Readable().Single().Take();
            node.CrashAfter(run % 5);
            scenario.World.Run(node, dice, node.Commit);
            scenario.Settle();
            scenario.Outputs[^1].ShouldBe("""e {"id":"e","f0":"a","t0":1,"k0":"r"}""", $"run {run}");
            scenario.Problems.ShouldBeEmpty($"run {run}");
        }
    }
}

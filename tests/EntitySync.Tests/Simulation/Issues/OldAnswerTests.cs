using EntitySync.Core.Definitions;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>Without transactions an old answer may come again behind the newer one. A live task passed it over, a restarted one took it for the latest.</summary>
public sealed class OldAnswerTests
{
    [Fact]
    public void OldAnswerThatCameAgain_IsNotRestored()
    {
        for (var run = 0; run < 10; run++)
        {
            using var scenario = new Scenario(new SimulationCase
            {
                Definition = DefinitionGrid.Entity([DefinitionGrid.Relation(0, Strategy.Shuffle)]), IsExactlyOnce = false, Partitions = 1, RelatedPartitions = 1, Nodes = 1, HasFaults = false,
            });
            scenario.Root("e", """{"id":"e","f0":"a"}""").Settle().Related("r", """{"rid":"r","v":"a","t":1}""").Settle().Related("r", """{"rid":"r","v":"a","t":2}""").Settle();
            scenario.World.RepeatAnswer(new Dice((ulong)run));
            scenario.Settle().Restart().Root("e", """{"id":"e","f0":"a","n":1}""").Settle();
            scenario.Outputs[^1].ShouldBe("""e {"id":"e","f0":"a","n":1,"t0":2,"k0":"r"}""", $"run {run}");
        }
    }
}

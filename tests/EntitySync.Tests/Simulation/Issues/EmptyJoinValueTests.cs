using EntitySync.Core.Definitions;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>An empty text is a join value like any other, and not the same as none: a row that loses it leaves the entities that refer to it.</summary>
public sealed class EmptyJoinValueTests
{
    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void RowThatLosesAnEmptyValue_LeavesItsEntities(Strategy strategy)
    {
        using var scenario = new Scenario(DefinitionGrid.Relation(0, strategy));
        scenario.Related("r", """{"rid":"r","v":"","t":1}""").Settle().Root("e", """{"id":"e","f0":""}""").Settle().Related("r", """{"rid":"r","t":2}""").Settle();
        scenario.Outputs.ShouldBe(["""e {"id":"e","f0":"","t0":1,"k0":"r"}""", """e {"id":"e","f0":""}"""]);
        scenario.Problems.ShouldBeEmpty();
    }
}

using EntitySync.Core.Definitions;
using EntitySync.Simulation;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>
/// A row's record was compacted away before a thread read it, and the thread was live already: it did not know which value the row had left, so entities
/// that came to it from another thread kept the old row. The seed is the one that found it.
/// </summary>
public sealed class UnknownDepartureTests
{
    [Theory]
    [InlineData(1632)]
    public void RecordCompactedBeforeALiveThreadReadsIt_LeavesNoOldRow(int seed) => SimulationRun.Run(seed, [Strategy.Broadcast]).Problems.ShouldBeEmpty();
}

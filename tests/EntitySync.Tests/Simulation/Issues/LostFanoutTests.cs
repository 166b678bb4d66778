using EntitySync.Core.Definitions;
using EntitySync.Simulation;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>
/// At-least-once: a crash between the notes of one commit left the position in a broadcast topic behind and lost the fan-out that it stands for, so
/// entities kept the old row for good. The seeds are those that found it.
/// </summary>
public sealed class LostFanoutTests
{
    [Theory]
    [InlineData(2712)]
    public void CrashBetweenTheNotesOfACommit_LosesNoFanout(int seed) => SimulationRun.Run(seed, [Strategy.Broadcast]).Problems.ShouldBeEmpty();
}

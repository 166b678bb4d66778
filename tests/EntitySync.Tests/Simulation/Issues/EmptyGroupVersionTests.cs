using EntitySync.Simulation;

namespace EntitySync.Tests.Simulation.Issues;

/// <summary>
/// At-least-once: a root record that is processed again asks with the epoch it asked with before. If the value's last row has gone in between, the answer
/// says version -1, which is below the version of the first answer, so the task that holds the first answer refuses the right one for good.
/// </summary>
public sealed class EmptyGroupVersionTests
{
    [Theory]
    [InlineData(15966)]
    public void SameQuestionAgainAfterTheLastRowHasGone_IsAnsweredWithANewerVersion(int seed) => SimulationRun.Run(seed).Problems.ShouldBeEmpty();
}

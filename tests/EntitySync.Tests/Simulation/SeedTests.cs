using EntitySync.Core.Definitions;
using EntitySync.Simulation;

namespace EntitySync.Tests.Simulation;

/// <summary>
/// Thousands of seeded histories with crashes, zombies and rebalances. A failing seed is printed; it replays with
/// <c>dotnet run --project tests/EntitySync.Simulation -- --seed N</c> and the options that the message names.
/// </summary>
public sealed class SeedTests
{
    private const int SeedsACase = 250;

    public static TheoryData<string, int> Cases =>
    [
        ("", 0), ("Broadcast", 1), ("Broadcast", 2), ("Shuffle", 3), ("Shuffle", 4), ("Shuffle", 5), ("Broadcast Shuffle", 6), ("Broadcast Shuffle", 7),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EverySeed_KeepsTheGuarantees(string strategies, int part)
    {
        List<Strategy> allowed = [.. strategies.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<Strategy>)];
        for (var seed = (part * SeedsACase) + 1; seed <= (part + 1) * SeedsACase; seed++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var result = SimulationRun.Run(seed, allowed);
            result.Problems.ShouldBeEmpty($"--seed {seed} {(allowed.Count == 0 ? "--no-relations" : $"--strategy {strategies}")} ({result.Case})");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(101)]
    [InlineData(201)]
    public void LockStep_GivesExactlyTheListOfTheOracle(int from)
    {
        for (var seed = from; seed < from + 100; seed++)
        {
            var result = LockStepRun.Run(seed);
            result.Problems.ShouldBeEmpty($"lock-step seed {seed} ({result.Case})\n{string.Join('\n', result.Trace)}");
        }
    }

    [Fact]
    public void SameSeed_GivesTheSameRun()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var simulated = SimulationRun.CaseOf(seed);
            var first = SimulationRun.Run(seed, simulated, SimulationRun.StepsOf(seed), hasTrace: true);
            SimulationRun.Run(seed, simulated, SimulationRun.StepsOf(seed), hasTrace: true).Trace.ShouldBe(first.Trace);
        }
    }
}

using EntitySync.Core.Definitions;
using EntitySync.Simulation;
using EntitySync.Simulation.Workload;

namespace EntitySync.Tests.Simulation;

/// <summary>
/// Thousands of seeded histories with crashes, zombies and rebalances. A failing seed is printed; it replays with
/// <c>dotnet run --project tests/EntitySync.Simulation -- --seed N</c> and the options that the message names.
/// </summary>
public sealed class SeedTests
{
    private const int SeedsACase = 200;
    private const int LockStepSeedsACase = 75;

    public static TheoryData<string, RootShape, int> Cases =>
    [
        ("", RootShape.Table, 0), ("Broadcast", RootShape.Table, 1), ("Broadcast", RootShape.Table, 2), ("Shuffle", RootShape.Table, 3), ("Shuffle", RootShape.Table, 4), ("Shuffle", RootShape.Table, 5),
        ("Broadcast Shuffle", RootShape.Table, 6), ("Broadcast Shuffle", RootShape.Table, 7), ("", RootShape.Changes, 8), ("Broadcast Shuffle", RootShape.Changes, 9), ("Broadcast Shuffle", RootShape.Changes, 10),
        ("Broadcast", RootShape.Stream, 11), ("Shuffle", RootShape.Stream, 12), ("Broadcast Shuffle", RootShape.Stream, 13),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void EverySeed_KeepsTheGuarantees(string strategies, RootShape root, int part)
    {
        List<Strategy> allowed = [.. strategies.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<Strategy>)];
        for (var seed = (part * SeedsACase) + 1; seed <= (part + 1) * SeedsACase; seed++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var result = SimulationRun.Run(seed, allowed, [root]);
            result.Problems.ShouldBeEmpty($"--seed {seed} {(allowed.Count == 0 ? "--no-relations" : $"--strategy {strategies}")} --root {root} ({result.Case})");
        }
    }

    [Theory]
    [InlineData(1, RootShape.Table)]
    [InlineData(101, RootShape.Table)]
    [InlineData(201, RootShape.Table)]
    [InlineData(301, RootShape.Changes)]
    [InlineData(401, RootShape.Stream)]
    public void LockStep_GivesExactlyTheListOfTheOracle(int from, RootShape root)
    {
        for (var seed = from; seed < from + LockStepSeedsACase; seed++)
        {
            var result = LockStepRun.Run(seed, roots: [root]);
            result.Problems.ShouldBeEmpty($"--lock-step --seed {seed} --root {root} ({result.Case})\n{string.Join('\n', result.Trace)}");
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

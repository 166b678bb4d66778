namespace EntitySync.Tests.ReadModels.Rebuilds;

/// <summary>Rebuilds under live traffic: whatever comes between any two calls, the versions hold what their events make of them.</summary>
public sealed class RebuildInterleavingTests
{
    private const int Seeds = 60;

    [Fact]
    public async Task LiveEventsAtEveryStep_RowsAreWhatTheEventsMakeOfThem() => await RunAsync(seed => new RebuildRun(seed));

    [Fact]
    public async Task RowsThatAnswer_NeverGoBack() => await RunAsync(seed => new RebuildRun(seed, deletes: false));

    [Fact]
    public async Task FailuresAndKills_LoseNothing() => await RunAsync(seed => new RebuildRun(seed) { FailuresOfHundred = 5, Kills = true });

    [Fact]
    public async Task TwoExecutionsAtTheSameTime_DoNoHarm() => await RunAsync(seed => new RebuildRun(seed) { AtOnce = 2, Kills = seed % 2 == 0 });

    [Fact]
    public async Task DefinitionChangedMeanwhile_TheVersionThatAnswersInTheEndIsOfTheNewOne() =>
        await RunAsync(seed => new RebuildRun(seed) { Redeploys = true, AtOnce = 1 + (seed % 2), FailuresOfHundred = seed % 3, Kills = seed % 5 == 0 });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task KilledBeforeAnyCall_AnotherExecutionGoesOn(int seed)
    {
        var killed = 0;
        for (var call = 1; ; call++)
        {
            var run = new RebuildRun(seed, events: 20) { KillAt = call };
            await CheckAsync(run);
            if (!run.WasKilled) break;
            killed++;
        }

        killed.ShouldBeGreaterThan(30, "calls of one execution");
    }

    private static async Task RunAsync(Func<int, RebuildRun> create)
    {
        for (var seed = 1; seed <= Seeds; seed++) await CheckAsync(create(seed));
    }

    private static async Task CheckAsync(RebuildRun run)
    {
        await run.RunAsync();
        var state = run.World.State!;
        foreach (var version in state.Written)
        {
            run.World.RowsOf(version.Number).ShouldBe(run.World.Expected(version.Number), $"seed {run.Seed}: version {version.Number} of {state with { Versions = [] }}");
        }

        var tables = run.World.Table.Versions.Select(version => version.Number).ToList();
        tables.Except(state.Versions.Select(version => version.Number)).ShouldBeEmpty($"seed {run.Seed}: tables that nobody knows of");
        state.Written.Select(version => version.Number).ShouldBe([state.Previous!.Value, state.Live!.Value]);
    }
}

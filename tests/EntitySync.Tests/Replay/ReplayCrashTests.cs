using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

/// <summary>A process that dies at any step, and another execution with the same replay id after it.</summary>
public class ReplayCrashTests
{
    private static readonly IReadOnlyList<string> Expected = SortedIdSource.Numbered(10);

    [Fact]
    public async Task CrashAtEveryStep_ThenResume_PublishesAllAndOnlyThePageInFlightTwice()
    {
        var crashes = new List<string>();
        for (var crashAt = 0; await CrashAsync(crashAt) is { } effect; crashAt++) crashes.Add(effect);

        crashes.Distinct().ShouldBe(
            [
                "before find", "after find", "before create", "after create", "before find request", "after find request", "before claim", "after claim",
                "before page", "after page", "before record", "after records", "before checkpoint", "after checkpoint", "before finish", "after finish",
            ],
            ignoreOrder: true);
        crashes.Count(effect => effect == "before record").ShouldBe(Expected.Count);
        crashes.Count(effect => effect == "after checkpoint").ShouldBe(4);
    }

    [Fact]
    public async Task TwoCrashesInARow_PublishAll()
    {
        for (var first = 12; first < 30; first += 3)
        {
            for (var second = 8; second < 26; second += 3)
            {
                var world = new ReplayWorld();
                await RunUntilAsync(world, "first", first);
                await RunUntilAsync(world, "second", second);
                var end = await world.ExecuteAsync(ReplayWorld.Request("r"), "third");

                end.Status.ShouldBe("SUCCEEDED");
                world.Published.Distinct().Order(StringComparer.Ordinal).ShouldBe(Expected);
                world.Published.Count.ShouldBeLessThanOrEqualTo(Expected.Count + 6, $"crashes at {first} and {second}");
                end.IdsPublished.ShouldBe(Expected.Count);
            }
        }
    }

    /// <summary>The effect at which it crashed; null when the first execution came through.</summary>
    private static async Task<string?> CrashAsync(int crashAt)
    {
        var world = new ReplayWorld();
        var effect = await RunUntilAsync(world, "first", crashAt);
        var before = world.Published.ToList();
        var checkpointed = (int)((await world.Store.FindAsync("r", CancellationToken.None))?.IdsPublished ?? 0);

        var end = await world.ExecuteAsync(ReplayWorld.Request("r"), "second");

        // The first execution's records, then everything from its checkpoint on.
        world.Published.ShouldBe([.. before, .. Expected.Skip(checkpointed)], ignoreOrder: false, $"crash {effect}");
        before.ShouldBe(Expected.Take(before.Count), ignoreOrder: false, $"crash {effect}");
        (before.Count - checkpointed).ShouldBeInRange(0, 3, $"crash {effect}");
        (end.Status, end.IdsPublished, end.Pages).ShouldBe(("SUCCEEDED", 10L, 4L), $"crash {effect}");
        (await world.RecordAsync("r")).Total.ShouldBe(10, $"crash {effect}");
        return effect;
    }

    private static async Task<string?> RunUntilAsync(ReplayWorld world, string execution, int crashAt)
    {
        var steps = 0;
        string? crashed = null;
        try
        {
            await world.ExecuteAsync(ReplayWorld.Request("r"), execution, effect =>
            {
                if (steps++ < crashAt) return Task.CompletedTask;
                crashed ??= effect;
                throw new ProcessKilledException();
            });
        }
        catch (ProcessKilledException)
        {
            crashed.ShouldNotBeNull();
        }

        return crashed;
    }
}

using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

/// <summary>Two executions with one replay id at once: the second runs at each step of the first.</summary>
public class ReplayConcurrencyTests
{
    private static readonly IReadOnlyList<string> Expected = SortedIdSource.Numbered(10);

    [Fact]
    public async Task SecondInvocationWhileTheLeaseHolds_IsBusyAndPublishesNothing()
    {
        for (var at = 0; await InterleaveAsync(at, TimeSpan.Zero) is { } run; at++)
        {
            run.World.Published.ShouldBe(Expected, ignoreOrder: false, $"at {run.Effect}");
            (await run.World.RecordAsync("r")).IdsPublished.ShouldBe(10);
        }
    }

    [Fact]
    public async Task SecondInvocationAfterTheLease_TakesOver_AndTheFirstChangesNothingMore()
    {
        for (var at = 0; await InterleaveAsync(at, TimeSpan.FromSeconds(31)) is { } run; at++)
        {
            var published = run.World.Published;
            var repeated = published.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => group.Key).ToList();

            published.Distinct().Order(StringComparer.Ordinal).ToList().ShouldBe(Expected, ignoreOrder: false, $"at {run.Effect}");
            published.GroupBy(id => id).Max(group => group.Count()).ShouldBeLessThanOrEqualTo(2, $"at {run.Effect}");
            repeated.Count.ShouldBeLessThanOrEqualTo(3, $"at {run.Effect}: only the page in flight");
            Pages(repeated).ShouldBeLessThanOrEqualTo(1, $"at {run.Effect}: of one page");
            (await run.World.RecordAsync("r")).IdsPublished.ShouldBe(10, $"at {run.Effect}");
        }
    }

    [Fact]
    public async Task TwoExecutionsAtOnce_BothSucceed()
    {
        for (var at = 0; at < 60; at++)
        {
            var world = new ReplayWorld();
            var steps = 0;
            ReplayEnd? second = null;
            var first = await world.ExecuteAsync(ReplayWorld.Request("r"), "first", async _ =>
            {
                if (steps++ == at) second = await world.ExecuteAsync(ReplayWorld.Request("r"), "second");
            });

            first.Status.ShouldBe("SUCCEEDED");
            first.IdsPublished.ShouldBe(10);
            if (second is not null) second.Status.ShouldBe("SUCCEEDED");
            world.Published.Distinct().Order(StringComparer.Ordinal).ShouldBe(Expected);
            world.Published.Count.ShouldBeLessThanOrEqualTo(13);
        }
    }

    private static int Pages(IEnumerable<string> ids) => ids.Select(id => (int.Parse(id.AsSpan(3)) - 1) / 3).Distinct().Count();

    /// <summary>Null once the first invocation has no step <paramref name="at"/>.</summary>
    private static async Task<(ReplayWorld World, string Effect)?> InterleaveAsync(int at, TimeSpan pause)
    {
        var world = new ReplayWorld();
        await world.Planner().PlanAsync(ReplayWorld.Request("r"), "first", CancellationToken.None);
        var steps = 0;
        string? interrupted = null;
        await world.PublishAsync("r", "first", async effect =>
        {
            if (steps++ != at) return;
            interrupted = effect;
            world.Clock.Advance(pause);
            await world.PublishAsync("r", "second");
        });
        if (interrupted is null) return null;
        await world.ExecuteAsync(ReplayWorld.Request("r"), "third");
        return (world, interrupted);
    }
}

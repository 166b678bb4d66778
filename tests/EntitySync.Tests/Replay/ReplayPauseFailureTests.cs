using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

/// <summary>Pauses and stops among failures, and rates that change.</summary>
public class ReplayPauseFailureTests
{
    [Theory]
    [InlineData("pause", "PAUSED", ReplayStatus.Paused)]
    [InlineData("stop", "STOPPED", ReplayStatus.Stopped)]
    public async Task FailureOfAReplayThatWasMarked_IsNoFailureOfItsExecution(string action, string status, ReplayStatus mark)
    {
        var world = await FailedPageAsync();
        await ActAsync(world, action);

        var end = await world.Finisher().FinishAsync("r", "first", new CaughtError("TransientException", "broker down"), CancellationToken.None);

        (end.Status, end.Error).ShouldBe((status, null));
        end.Message.ShouldContain("It had failed: TransientException: broker down");
        var record = await world.RecordAsync("r");
        record.Status.ShouldBe(mark);
        record.LastError.ShouldBe("slice#0000: TransientException: 3 of 3 records were not written to 'item-replay': broker down.");
    }

    [Fact]
    public async Task MistakeInAnExecutionAboutAPausedReplay_IsAFailureOfThatExecution()
    {
        var world = await FailedPageAsync();
        await ActAsync(world, "pause");

        var end = await world.Finisher().FinishAsync("r", "mistyped", new CaughtError("InvalidRequestException", "action 'paus' is not known"), CancellationToken.None);

        (end.Status, end.Error, end.Cause).ShouldBe(("FAILED", "InvalidRequestException", "action 'paus' is not known"));
        (await world.RecordAsync("r")).Status.ShouldBe(ReplayStatus.Paused);
    }

    [Fact]
    public async Task FailedReplay_CanBePaused_SoThatInvocationsThatRunOnLetGo()
    {
        var world = await FailedPageAsync();
        await world.Finisher().FinishAsync("r", "first", new CaughtError("TransientException", "broker down"), CancellationToken.None);
        world.Topic.Answer = _ => new WriteResult(WriteOutcome.Written);

        (await ActAsync(world, "pause")).Status.ShouldBe("PAUSED");
        (await world.PublishAsync("r", "runs on")).Outcome.ShouldBe("PAUSED");
        (await world.ExecuteAsync(new ReplayRequest { ReplayId = "r" }, "second")).IdsPublished.ShouldBe(10);

        world.Published.ShouldBe(SortedIdSource.Numbered(10));
        (await world.RecordAsync("r")).LastError.ShouldBeNull();
    }

    [Fact]
    public async Task PausedBetweenSlices_TheOthersAreNotEvenClaimed_AndAResumeDoesThem()
    {
        var world = new ReplayWorld(ids: 20, definition: ReplayWorld.Scanned(segments: 4));
        await world.Planner().PlanAsync(ReplayWorld.Request("r"), "first", CancellationToken.None);
        (await world.PublishAsync("r", "a")).Outcome.ShouldBe("DONE");
        var published = world.Published;
        await ActAsync(world, "pause");
        var calls = new List<string>();

        for (var slice = 1; slice < 4; slice++)
        {
            (await world.PublishAsync("r", "a", effect =>
            {
                calls.Add(effect);
                return Task.CompletedTask;
            }, part: ReplayParts.Slice(slice))).Outcome.ShouldBe("PAUSED");
        }

        calls.Distinct().ShouldBe(["before find request", "after find request", "before find", "after find"]);
        world.Published.ShouldBe(published);
        (await world.Finisher().FinishAsync("r", "first", null, CancellationToken.None)).Status.ShouldBe("PAUSED");
        (await world.ExecuteAsync(new ReplayRequest { ReplayId = "r" }, "second")).IdsPublished.ShouldBe(20);
        world.Published.Order(StringComparer.Ordinal).ShouldBe(SortedIdSource.Numbered(20));
    }

    [Fact]
    public async Task RateGivenAtAResume_TakesThePlaceOfTheFormer()
    {
        var world = new ReplayWorld(ids: 100, pageSize: 1000);
        await world.Planner().PlanAsync(ReplayWorld.Request("r") with { RatePerSecond = 1 }, "first", CancellationToken.None);
        await ActAsync(world, "pause");

        var plan = await world.Planner().PlanAsync(new ReplayRequest { ReplayId = "r", Action = "resume", RatePerSecond = 20 }, "second", CancellationToken.None);
        var start = world.Clock.GetUtcNow();
        (await world.PublishAsync("r", "a")).Outcome.ShouldBe("DONE");

        plan.Message.ShouldBe("Resumed replay 'r' after 0 ids. From now on at most 20 a second.");
        (world.Clock.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromSeconds(4.7), TimeSpan.FromSeconds(5));
        (await world.RecordAsync("r")).RateBound.ShouldBe(20);
    }

    [Fact]
    public async Task RateOfAReplayThatRuns_ChangesWithTheNextPage()
    {
        var world = new ReplayWorld(ids: 100, pageSize: 10);
        await world.Planner().PlanAsync(ReplayWorld.Request("r") with { RatePerSecond = 1 }, "first", CancellationToken.None);
        var start = world.Clock.GetUtcNow();
        var pages = 0;

        await world.PublishAsync("r", "a", async effect =>
        {
            if (effect == "before checkpoint" && ++pages == 1) await world.Planner().PlanAsync(new ReplayRequest { ReplayId = "r", RatePerSecond = 10 }, "second", CancellationToken.None);
        });

        // The first page of 10 at one a second, the other 90 at ten a second.
        (world.Clock.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromSeconds(17.5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task ResumedWithoutRate_KeepsTheLast()
    {
        var world = new ReplayWorld();
        await world.Planner().PlanAsync(ReplayWorld.Request("r") with { RatePerSecond = 7 }, "first", CancellationToken.None);
        await world.Planner().PlanAsync(new ReplayRequest { ReplayId = "r", RatePerSecond = 9 }, "second", CancellationToken.None);

        await world.Planner().PlanAsync(ReplayWorld.Request("r"), "third", CancellationToken.None);

        (await world.RecordAsync("r")).RateBound.ShouldBe(9);
    }

    [Fact]
    public async Task SlicesThatAreDone_LeaveTheirShareOfTheRateToTheOthers()
    {
        var world = new ReplayWorld(ids: 40, definition: ReplayWorld.Scanned(segments: 4, pageSize: 100));
        await world.Planner().PlanAsync(ReplayWorld.Request("r") with { RatePerSecond = 8 }, "first", CancellationToken.None);
        for (var slice = 0; slice < 3; slice++) await world.PublishAsync("r", "a", part: ReplayParts.Slice(slice));
        var start = world.Clock.GetUtcNow();

        await world.PublishAsync("r", "a", part: "slice#0003");

        // 10 ids at 8 a second, the first at once.
        (world.Clock.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.25));
    }

    private static async Task<ReplayWorld> FailedPageAsync()
    {
        var world = new ReplayWorld();
        await world.Planner().PlanAsync(ReplayWorld.Request("r"), "first", CancellationToken.None);
        world.Topic.Answer = _ => new WriteResult(WriteOutcome.Failed, "broker down");
        await Should.ThrowAsync<Core.Errors.TransientException>(() => world.PublishAsync("r", "a"));
        return world;
    }

    private static Task<ReplayEnd> ActAsync(ReplayWorld world, string action) => world.ExecuteAsync(new ReplayRequest { ReplayId = "r", Action = action }, $"{action} by a person");
}

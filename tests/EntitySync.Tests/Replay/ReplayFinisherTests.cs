using EntitySync.Core.Replay;

namespace EntitySync.Tests.Replay;

public class ReplayFinisherTests
{
    [Fact]
    public async Task AllSlicesDone_Succeeds_AndAgainChangesNothing()
    {
        var world = new ReplayWorld();
        var end = await world.ExecuteAsync(ReplayWorld.Request("r"), "e");
        var record = await world.RecordAsync("r");
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        var again = await FinishAsync(world, "e");

        (end.Status, end.Message).ShouldBe(("SUCCEEDED", "Replay 'r' published 10 ids in 4 pages."));
        (again.Status, again.Message).ShouldBe(("SUCCEEDED", "Replay 'r' was already done: 10 ids in 4 pages."));
        (await world.RecordAsync("r")).ShouldBe(record);
    }

    [Fact]
    public async Task SliceNotDone_Fails()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, "e");

        var end = await FinishAsync(world, "e");

        (end.Status, end.Error).ShouldBe(("FAILED", "ReplayIncomplete"));
        (await world.RecordAsync("r")).LastError.ShouldBe("ReplayIncomplete: Only 0 of 1 slices are done.");
    }

    [Fact]
    public async Task CaughtError_IsWrittenDownInWords_AndTheCheckpointStands()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, "e");
        await world.PublishAsync("r", "a", remaining: TimeSpan.Zero);

        var end = await FinishAsync(world, "e", new CaughtError("TransientException", """{"errorType":"TransientException","errorMessage":"Solr is down","stackTrace":["x"]}"""));

        (end.Status, end.IdsPublished, end.Error).ShouldBe(("FAILED", 3L, "TransientException"));
        end.Cause.ShouldBe("Solr is down. The checkpoint is kept: start again with {\"replayId\":\"r\"} to go on after 3 ids.");
        var record = await world.RecordAsync("r");
        (record.Status, record.LastError, record.IdsPublished).ShouldBe((ReplayStatus.Failed, "TransientException: Solr is down", 3));
        record.FinishedAt.ShouldNotBeNull();
        (await world.ExecuteAsync(new ReplayRequest { ReplayId = "r" }, "again")).IdsPublished.ShouldBe(10);
    }

    [Fact]
    public async Task DistributedMapsError_IsCompletedByTheSlicesOwn()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, "e");
        world.Topic.Answer = _ => new(Core.State.WriteOutcome.Failed, "broker down");
        await Should.ThrowAsync<Core.Errors.TransientException>(() => world.PublishAsync("r", "a"));

        var end = await FinishAsync(world, "e", new CaughtError("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded"));

        end.Cause.ShouldNotBeNull().ShouldContain("threshold was exceeded. Last error: slice#0000: TransientException: 3 of 3 records were not written");
    }

    [Fact]
    public async Task ErrorOfAnExecutionThatWasReplaced_LeavesTheReplayAlone()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, "first");
        await PlanAsync(world, "second");

        var end = await FinishAsync(world, "first", new CaughtError("States.Timeout", null));

        (end.Status, end.Error, end.Cause).ShouldBe(("FAILED", "States.Timeout", "no cause given"));
        (await world.RecordAsync("r")).Status.ShouldBe(ReplayStatus.Running);
    }

    [Fact]
    public async Task ErrorAfterSuccess_LeavesTheReplayAlone()
    {
        var world = new ReplayWorld();
        await world.ExecuteAsync(ReplayWorld.Request("r"), "e");

        await FinishAsync(world, "e", new CaughtError("States.Timeout", "late"));

        (await world.RecordAsync("r")).Status.ShouldBe(ReplayStatus.Succeeded);
    }

    [Fact]
    public async Task ErrorBeforeTheReplayExists_IsGivenBack()
    {
        var world = new ReplayWorld();

        var end = await FinishAsync(world, "e", new CaughtError("InvalidRequestException", """{"errorType":"InvalidRequestException","errorMessage":"entity 'itm' is not known"}"""));

        (end.Status, end.Error, end.Cause).ShouldBe(("FAILED", "InvalidRequestException", "entity 'itm' is not known"));
        (await world.Store.FindAsync("r", CancellationToken.None)).ShouldBeNull();
    }

    private static Task<ReplayPlan> PlanAsync(ReplayWorld world, string execution) => world.Planner().PlanAsync(ReplayWorld.Request("r"), execution, CancellationToken.None);

    private static Task<ReplayEnd> FinishAsync(ReplayWorld world, string execution, CaughtError? error = null) => world.Finisher().FinishAsync("r", execution, error, CancellationToken.None);
}

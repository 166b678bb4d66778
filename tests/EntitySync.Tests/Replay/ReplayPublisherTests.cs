using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

public class ReplayPublisherTests
{
    [Fact]
    public async Task Record_IsKeyedByIdAndCarriesReplayAndCauses()
    {
        var world = new ReplayWorld(ids: 1);
        var cause = new ReplayCause("delivery-classes", "express", 5, "aa");

        await world.ExecuteAsync(ReplayWorld.Request("r") with { Causes = [cause] }, "e");

        var record = world.Topic.Written.ShouldHaveSingleItem();
        (record.Topic, record.Partition, record.Headers.Count).ShouldBe(("item-replay", null, 0));
        record.Key!.Value.ToArray().ShouldBe("id-0001"u8.ToArray());
        var message = ReplayMessage.TryParse(record.Value!.Value.Span).ShouldNotBeNull();
        message.ReplayId.ShouldBe("r");
        message.Causes.ShouldBe([cause]);
    }

    [Fact]
    public async Task MoreCausesThanARecordShouldCarry_AreLeftOut_SoThatEveryRowIsReadAgain()
    {
        var world = new ReplayWorld(ids: 1);
        var causes = Enumerable.Range(0, 1000).Select(number => new ReplayCause("delivery-classes", $"class-{number}", 1)).ToList();

        await world.ExecuteAsync(ReplayWorld.Request("r") with { Causes = causes }, "e");

        var message = ReplayMessage.TryParse(world.Topic.Written[0].Value!.Value.Span).ShouldNotBeNull();
        (message.ReplayId, message.Causes.Count).ShouldBe(("r", 0));
        world.Source.Asked[0].Query.Related!.Keys.Length.ShouldBe(1000);
    }

    [Fact]
    public async Task TimeRunningOut_EndsAfterThePageAndAsksForMore()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);

        // Each page takes 100 s of the 240 s; none begins in the last 30.
        var outcome = await world.PublishAsync("r", "a", effect => Pass(world, effect, "after page", TimeSpan.FromSeconds(100)), TimeSpan.FromSeconds(240));

        (outcome.Outcome, outcome.WaitSeconds).ShouldBe(("MORE", 0));
        world.Published.ShouldBe(SortedIdSource.Numbered(9));
        (await world.PublishAsync("r", "b")).Outcome.ShouldBe("DONE");
        world.Published.ShouldBe(SortedIdSource.Numbered(10));
    }

    [Fact]
    public async Task EvenWithoutTime_OnePageIsPublished_SoThatALoopEnds()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);

        var invocations = 0;
        while ((await world.PublishAsync("r", $"owner-{invocations++}", remaining: TimeSpan.Zero)).Outcome == "MORE") invocations.ShouldBeLessThan(10);

        invocations.ShouldBe(4);
        world.Published.ShouldBe(SortedIdSource.Numbered(10));
    }

    [Fact]
    public async Task PartlyFailedPage_IsPublishedAgainFromItsStart_AndTheSliceIsFreeAtOnce()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        world.Topic.Answer = record => record.Key!.Value.Span.SequenceEqual("id-0005"u8) ? new WriteResult(WriteOutcome.Failed, "broker down") : new WriteResult(WriteOutcome.Written);

        var failure = await Should.ThrowAsync<TransientException>(() => world.PublishAsync("r", "a"));
        var record = await world.RecordAsync("r");
        world.Topic.Answer = _ => new WriteResult(WriteOutcome.Written);
        var outcome = await world.PublishAsync("r", "b");

        failure.Message.ShouldBe("1 of 3 records were not written to 'item-replay': broker down.");
        (record.IdsPublished, record.Status).ShouldBe((3, ReplayStatus.Running));
        record.LastError.ShouldBe("slice#0000: TransientException: 1 of 3 records were not written to 'item-replay': broker down.");
        outcome.Outcome.ShouldBe("DONE");
        world.Published.ShouldBe(["id-0001", "id-0002", "id-0003", "id-0004", "id-0006", .. SortedIdSource.Numbered(10).Skip(3)]);
    }

    [Fact]
    public async Task RefusedRecord_IsInvalid_AsARetryCannotHelp()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        world.Topic.Answer = _ => new WriteResult(WriteOutcome.Refused, "too large");

        (await Should.ThrowAsync<InvalidRequestException>(() => world.PublishAsync("r", "a"))).Message.ShouldContain("too large");
    }

    [Fact]
    public async Task CancelledInThePage_IsTransientAndReleasesTheSlice()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        using var cancellation = new CancellationTokenSource();
        world.Topic.Gate = () => cancellation.CancelAsync();

        var publisher = world.Publisher();
        var failure = await Should.ThrowAsync<TransientException>(() => publisher.PublishAsync("r", "slice#0000", "a", world.Clock.GetUtcNow() + TimeSpan.FromMinutes(1), cancellation.Token));
        world.Topic.Gate = () => Task.CompletedTask;

        failure.Message.ShouldContain("out of time in the middle of a page");
        (await world.PublishAsync("r", "b")).Outcome.ShouldBe("DONE");
        world.Published.ShouldBe(SortedIdSource.Numbered(10));
    }

    [Fact]
    public async Task Rate_BoundsRecordsOverAnyTime()
    {
        var world = new ReplayWorld(ids: 100, pageSize: 1000);
        await world.Planner().PlanAsync(ReplayWorld.Request("r") with { RatePerSecond = 20 }, "e", CancellationToken.None);
        var times = new List<DateTimeOffset>();
        world.Topic.Gate = () =>
        {
            times.Add(world.Clock.GetUtcNow());
            return Task.CompletedTask;
        };

        (await world.PublishAsync("r", "a")).Outcome.ShouldBe("DONE");

        times.Count.ShouldBe(100);
        (times[^1] - times[0]).ShouldBeInRange(TimeSpan.FromSeconds(4.7), TimeSpan.FromSeconds(5));
        for (var first = 0; first + 20 < times.Count; first++) (times[first + 20] - times[first]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.8));
    }

    [Fact]
    public async Task Rate_IsSharedAmongTheSlicesThatRunAtOnce()
    {
        var world = new ReplayWorld(ids: 40, definition: ReplayWorld.Scanned(segments: 4, pageSize: 100));
        await world.Planner().PlanAsync(ReplayWorld.Request("r") with { RatePerSecond = 8 }, "e", CancellationToken.None);
        var start = world.Clock.GetUtcNow();

        await world.PublishAsync("r", "a");

        // 10 ids at 8/4 a second, the first at once.
        (world.Clock.GetUtcNow() - start).ShouldBeInRange(TimeSpan.FromSeconds(4.4), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task SlowRate_CutsPages_KeepsTheLease_AndStopsInTime()
    {
        var world = new ReplayWorld(ids: 100, pageSize: 50);
        var world2 = ReplayWorld.Request("r") with { RatePerSecond = 1 };
        await world.Planner().PlanAsync(world2, "e", CancellationToken.None);
        var busy = 0;

        var outcome = await world.PublishAsync("r", "a", async effect =>
        {
            if (effect == "before record" && (await world.PublishAsync("r", "b")).Outcome == "BUSY") busy++;
        }, TimeSpan.FromSeconds(60));

        outcome.Outcome.ShouldBe("MORE");
        world.Source.Asked.ShouldAllBe(asked => asked.PageSize == 10);
        busy.ShouldBe(world.Published.Count);
        world.Published.ShouldBe(SortedIdSource.Numbered(50));
    }

    [Fact]
    public async Task Progress_ShowsRateAndTimeLeft()
    {
        var world = new ReplayWorld(ids: 100, pageSize: 10);
        await PlanAsync(world);
        var seen = new List<PageCheckpoint>();
        var store = new ObservedStore(world.Store, seen);
        var publisher = new ReplayPublisher(
            new([world.Definition]), store, new IdSources(new Dictionary<Type, IIdSource> { [world.Definition.Replay!.Ids.GetType()] = world.Source }),
            new SteppedTopicWriter(world.Topic, effect => Pass(world, effect, "after records", TimeSpan.FromSeconds(2))),
            world.Options, world.Clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<ReplayPublisher>.Instance);

        await publisher.PublishAsync("r", "slice#0000", "a", world.Clock.GetUtcNow() + TimeSpan.FromMinutes(10), CancellationToken.None);

        seen.Select(page => page.Total).ShouldBe([100, null, null, null, null, null, null, null, null, null, null]);
        seen.Skip(1).Take(9).ShouldAllBe(page => page.RatePerSecond > 0);
        seen[2].RatePerSecond.ShouldBe(5);
        seen[2].EstimatedSecondsLeft.ShouldBe(14);
        seen[9].EstimatedSecondsLeft.ShouldBe(0);
    }

    [Fact]
    public async Task UnknownReplayOrSlice_IsInvalid()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);

        (await Should.ThrowAsync<InvalidRequestException>(() => world.PublishAsync("other", "a"))).Message.ShouldContain("no replay 'other'");
        (await Should.ThrowAsync<InvalidRequestException>(() => world.PublishAsync("r", "a", part: "slice#0009"))).Message.ShouldContain("slice#0009");
    }

    private static Task<ReplayPlan> PlanAsync(ReplayWorld world) => world.Planner().PlanAsync(ReplayWorld.Request("r"), "e", CancellationToken.None);

    private static Task Pass(ReplayWorld world, string effect, string at, TimeSpan time)
    {
        if (effect == at) world.Clock.Advance(time);
        return Task.CompletedTask;
    }

    private sealed class ObservedStore(IReplayStore inner, List<PageCheckpoint> seen) : IReplayStore
    {
        public Task<ReplayRecord?> FindAsync(string replayId, CancellationToken cancellationToken) => inner.FindAsync(replayId, cancellationToken);

        public Task<ReplayRequest?> FindRequestAsync(string replayId, CancellationToken cancellationToken) => inner.FindRequestAsync(replayId, cancellationToken);

        public Task<bool> TryCreateAsync(NewReplay replay, CancellationToken cancellationToken) => inner.TryCreateAsync(replay, cancellationToken);

        public Task<bool> TryResumeAsync(string replayId, string execution, int? rateBound, CancellationToken cancellationToken) => inner.TryResumeAsync(replayId, execution, rateBound, cancellationToken);

        public Task<bool> TryMarkAsync(string replayId, ReplayStatus mark, CancellationToken cancellationToken) => inner.TryMarkAsync(replayId, mark, cancellationToken);

        public Task<SliceClaimResult> ClaimAsync(string replayId, string part, string owner, TimeSpan lease, CancellationToken cancellationToken) =>
            inner.ClaimAsync(replayId, part, owner, lease, cancellationToken);

        public Task<SliceClaim?> TryRenewAsync(SliceClaim claim, TimeSpan lease, CancellationToken cancellationToken) => inner.TryRenewAsync(claim, lease, cancellationToken);

        public Task<SliceClaim?> TryCheckpointAsync(SliceClaim claim, PageCheckpoint page, TimeSpan lease, CancellationToken cancellationToken)
        {
            seen.Add(page);
            return inner.TryCheckpointAsync(claim, page, lease, cancellationToken);
        }

        public Task ReleaseAsync(SliceClaim claim, string? error, CancellationToken cancellationToken) => inner.ReleaseAsync(claim, error, cancellationToken);

        public Task<bool> TryFinishAsync(string replayId, string execution, ReplayStatus status, string? error, CancellationToken cancellationToken) =>
            inner.TryFinishAsync(replayId, execution, status, error, cancellationToken);
    }
}

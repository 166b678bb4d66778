using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

/// <summary>What every <see cref="IReplayStore"/> promises. The in-memory one runs it here, the DynamoDB one among the integration tests.</summary>
public abstract class ReplayStoreContract
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly CancellationToken None = CancellationToken.None;

    protected LeapingClock Clock { get; } = new();

    protected abstract Task<IReplayStore> StoreAsync();

    [Fact]
    public async Task Created_CanBeRead_AndNotBeCreatedAgain()
    {
        var (store, id) = await CreatedAsync(slices: 3);

        var record = (await store.FindAsync(id, None)).ShouldNotBeNull();
        var request = (await store.FindRequestAsync(id, None)).ShouldNotBeNull();

        record.ShouldBe(ReplayStoreSamples.Replay(id, 3, Clock.GetUtcNow()).Record);
        request.Causes.ShouldBe([new ReplayCause("delivery-classes", "express, \"é\"", 7, "aa")]);
        (request.ReplayId, request.Entity, request.Where).ShouldBe((id, "item", "brand:x"));
        (await store.TryCreateAsync(ReplayStoreSamples.Replay(id, 1, Clock.GetUtcNow()), None)).ShouldBeFalse();
        (await store.FindAsync(id, None)).ShouldBe(record);
    }

    [Fact]
    public async Task Unknown_IsNull()
    {
        var store = await StoreAsync();

        (await store.FindAsync("nobody", None)).ShouldBeNull();
        (await store.FindRequestAsync("nobody", None)).ShouldBeNull();
        (await store.TryResumeAsync("nobody", "e", 5, None)).ShouldBeFalse();
        (await store.TryMarkAsync("nobody", ReplayStatus.Stopped, None)).ShouldBeFalse();
        (await store.TryFinishAsync("nobody", "e", ReplayStatus.Succeeded, null, None)).ShouldBeFalse();
        await Should.ThrowAsync<InvalidRequestException>(() => store.ClaimAsync("nobody", "slice#0000", "a", Lease, None));
    }

    [Fact]
    public async Task Claim_KeepsOthersOutUntilItsLeaseEnds()
    {
        var (store, id) = await CreatedAsync();
        var first = await ClaimAsync(store, id, "a");

        var busy = await store.ClaimAsync(id, "slice#0000", "b", Lease, None);
        Clock.Advance(Lease + TimeSpan.FromMilliseconds(1));
        var second = await ClaimAsync(store, id, "b");

        (busy.Outcome, busy.BusyUntil).ShouldBe((SliceClaimOutcome.Busy, first.LeaseUntil));
        first.LeaseUntil.ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero));
        first.Slice.ShouldBe(new ReplaySlice(SliceKind.Related, "deliveryClass", 0, 1));
        second.Epoch.ShouldBeGreaterThan(first.Epoch);
    }

    [Fact]
    public async Task ClaimOfTheSameOwnerAgain_Succeeds_AsItsFirstAnswerMayBeLost()
    {
        var (store, id) = await CreatedAsync();
        var first = await ClaimAsync(store, id, "a");

        (await ClaimAsync(store, id, "a")).Epoch.ShouldBe(first.Epoch + 1);
    }

    [Fact]
    public async Task TakenOverClaim_ChangesNothing()
    {
        var (store, id) = await CreatedAsync();
        var first = await ClaimAsync(store, id, "a");
        Clock.Advance(Lease * 2);
        var second = await ClaimAsync(store, id, "b");

        (await store.TryRenewAsync(first, Lease, None)).ShouldBeNull();
        (await store.TryCheckpointAsync(first, new PageCheckpoint("x", 3, 10, null, null), Lease, None)).ShouldBeNull();
        await store.ReleaseAsync(first, "late", None);

        (await store.ClaimAsync(id, "slice#0000", "c", Lease, None)).Outcome.ShouldBe(SliceClaimOutcome.Busy);
        var record = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (record.IdsPublished, record.Total, record.LastError).ShouldBe((0, 0, null));
        (await store.TryCheckpointAsync(second, new PageCheckpoint("x", 3, 10, null, null), Lease, None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task ExpiredClaimThatNobodyTook_IsStillGood()
    {
        var (store, id) = await CreatedAsync();
        var claim = await ClaimAsync(store, id, "a");
        Clock.Advance(Lease * 2);

        (await store.TryCheckpointAsync(claim, new PageCheckpoint("x", 3, null, null, null), Lease, None)).ShouldNotBeNull().LeaseUntil.ShouldBe(Clock.GetUtcNow() + Lease);
    }

    [Fact]
    public async Task Checkpoints_MoveTheSliceAndAddToTheWhole_EachOnce()
    {
        var (store, id) = await CreatedAsync(slices: 2);
        var claim = await ClaimAsync(store, id, "a");
        var other = await ClaimAsync(store, id, "b", "slice#0001");
        Clock.Advance(TimeSpan.FromSeconds(5));

        var second = (await store.TryCheckpointAsync(claim, new PageCheckpoint("c1", 3, 10, 1.5, 7), Lease, None)).ShouldNotBeNull();
        (await store.TryCheckpointAsync(claim, new PageCheckpoint("c1", 3, 10, 1.5, 7), Lease, None)).ShouldBeNull("the same page again");
        (await store.TryCheckpointAsync(other, new PageCheckpoint("d1", 4, 20, null, null), Lease, None)).ShouldNotBeNull();
        var done = (await store.TryCheckpointAsync(second, new PageCheckpoint(null, 0, 10, 2.25, null), Lease, None)).ShouldNotBeNull();

        (second.Cursor, second.Done, second.Counted).ShouldBe(("c1", false, true));
        (done.Cursor, done.Done).ShouldBe((null, true));
        (await store.TryCheckpointAsync(done, new PageCheckpoint(null, 1, null, null, null), Lease, None)).ShouldBeNull("after the last page");
        (await store.ClaimAsync(id, "slice#0000", "c", Lease, None)).Outcome.ShouldBe(SliceClaimOutcome.Done);
        var record = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (record.IdsPublished, record.Pages, record.Total, record.SlicesCounted, record.SlicesDone).ShouldBe((7, 2, 30, 2, 1));
        record.UpdatedAt.ShouldBe(Clock.GetUtcNow());
    }

    [Fact]
    public async Task Released_IsFreeAtOnceAndKeepsItsCursorAndError()
    {
        var (store, id) = await CreatedAsync();
        var claim = (await store.TryCheckpointAsync(await ClaimAsync(store, id, "a"), new PageCheckpoint("c1", 3, 10, null, null), Lease, None)).ShouldNotBeNull();

        await store.ReleaseAsync(claim, "slice#0000: TransientException: Solr is down", None);
        (await store.TryCheckpointAsync(claim, new PageCheckpoint("c2", 3, null, null, null), Lease, None)).ShouldBeNull("it was given back");
        var next = await ClaimAsync(store, id, "b");

        (next.Cursor, next.Counted).ShouldBe(("c1", true));
        (await store.FindAsync(id, None)).ShouldNotBeNull().LastError.ShouldBe("slice#0000: TransientException: Solr is down");
    }

    [Fact]
    public async Task Finish_FollowsItsConditions()
    {
        var (store, id) = await CreatedAsync();
        Clock.Advance(TimeSpan.FromSeconds(9));

        (await store.TryFinishAsync(id, "other", ReplayStatus.Failed, "x", None)).ShouldBeFalse("another execution's failure");
        (await store.TryFinishAsync(id, "first", ReplayStatus.Failed, "Solr is down", None)).ShouldBeTrue();
        var failed = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (failed.Status, failed.LastError, failed.FinishedAt).ShouldBe((ReplayStatus.Failed, "Solr is down", Clock.GetUtcNow()));

        (await store.TryResumeAsync(id, "second", null, None)).ShouldBeTrue();
        var resumed = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (resumed.Status, resumed.Execution, resumed.LastError, resumed.FinishedAt).ShouldBe((ReplayStatus.Running, "second", null, null));

        (await store.TryFinishAsync(id, "first", ReplayStatus.Succeeded, null, None)).ShouldBeTrue("success counts whoever finds it");
        (await store.TryFinishAsync(id, "second", ReplayStatus.Succeeded, null, None)).ShouldBeFalse();
        (await store.TryFinishAsync(id, "second", ReplayStatus.Failed, "late", None)).ShouldBeFalse();
        (await store.TryResumeAsync(id, "third", null, None)).ShouldBeFalse();
        (await store.FindAsync(id, None)).ShouldNotBeNull().Status.ShouldBe(ReplayStatus.Succeeded);
    }

    [Fact]
    public async Task Mark_FollowsItsConditions()
    {
        var (store, id) = await CreatedAsync();
        Clock.Advance(TimeSpan.FromSeconds(9));

        (await store.TryMarkAsync(id, ReplayStatus.Paused, None)).ShouldBeTrue();
        (await store.TryMarkAsync(id, ReplayStatus.Paused, None)).ShouldBeFalse("it is paused already");
        (await store.TryFinishAsync(id, "first", ReplayStatus.Failed, "late", None)).ShouldBeFalse("a pause is no failure");
        var paused = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (paused.Status, paused.PausedAt, paused.FinishedAt, paused.RateBound).ShouldBe((ReplayStatus.Paused, Clock.GetUtcNow(), null, null));

        (await store.TryResumeAsync(id, "first", null, None)).ShouldBeFalse("a call of the paused execution that comes again");
        (await store.TryResumeAsync(id, "second", 20, None)).ShouldBeTrue();
        (await store.TryResumeAsync(id, "third", null, None)).ShouldBeTrue("the rate stays");
        var resumed = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (resumed.Status, resumed.Execution, resumed.PausedAt, resumed.RateBound).ShouldBe((ReplayStatus.Running, "third", null, 20));

        (await store.TryFinishAsync(id, "third", ReplayStatus.Failed, "Solr is down", None)).ShouldBeTrue();
        (await store.TryMarkAsync(id, ReplayStatus.Paused, None)).ShouldBeTrue("invocations of the failed one may run on");
        (await store.TryMarkAsync(id, ReplayStatus.Stopped, None)).ShouldBeTrue();
        (await store.TryMarkAsync(id, ReplayStatus.Stopped, None)).ShouldBeFalse();
        (await store.TryMarkAsync(id, ReplayStatus.Paused, None)).ShouldBeFalse();
        (await store.TryResumeAsync(id, "fourth", 5, None)).ShouldBeFalse();
        (await store.TryFinishAsync(id, "third", ReplayStatus.Succeeded, null, None)).ShouldBeFalse("stopped is for good");
        var stopped = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (stopped.Status, stopped.FinishedAt, stopped.Execution, stopped.LastError).ShouldBe((ReplayStatus.Stopped, Clock.GetUtcNow(), "third", "Solr is down"));
    }

    [Fact]
    public async Task EightPausesAtOnce_OneMarks()
    {
        var (store, id) = await CreatedAsync();

        var marked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.TryMarkAsync(id, ReplayStatus.Paused, None)));

        marked.Count(mark => mark).ShouldBe(1);
        (await store.FindAsync(id, None)).ShouldNotBeNull().Status.ShouldBe(ReplayStatus.Paused);
    }

    [Theory]
    [InlineData(ReplayStatus.Paused)]
    [InlineData(ReplayStatus.Stopped)]
    public async Task MarkWhileAPageIsInFlight_LetsThatPageCount(ReplayStatus mark)
    {
        var (store, id) = await CreatedAsync(slices: 2);
        var claim = await ClaimAsync(store, id, "a");

        (await store.TryMarkAsync(id, mark, None)).ShouldBeTrue();
        (await store.TryCheckpointAsync(claim, new PageCheckpoint("c1", 3, 10, null, null), Lease, None)).ShouldNotBeNull();

        var record = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (record.Status, record.IdsPublished, record.LastMovedAt).ShouldBe((mark, 3, Clock.GetUtcNow()));
    }

    [Fact]
    public async Task MarkOfAReplayWhoseSlicesAreAllDone_ComesTooLate()
    {
        var (store, id) = await CreatedAsync();
        (await store.TryCheckpointAsync(await ClaimAsync(store, id, "a"), new PageCheckpoint(null, 3, 3, null, null), Lease, None)).ShouldNotBeNull();

        (await store.TryMarkAsync(id, ReplayStatus.Paused, None)).ShouldBeFalse();
        (await store.TryMarkAsync(id, ReplayStatus.Stopped, None)).ShouldBeFalse();
        (await store.TryFinishAsync(id, "first", ReplayStatus.Succeeded, null, None)).ShouldBeTrue();
        (await store.TryMarkAsync(id, ReplayStatus.Stopped, None)).ShouldBeFalse("it is over");
    }

    [Fact]
    public async Task PausedWhileItsLastPageIsInFlight_Succeeds()
    {
        var (store, id) = await CreatedAsync();
        var claim = await ClaimAsync(store, id, "a");
        (await store.TryMarkAsync(id, ReplayStatus.Paused, None)).ShouldBeTrue();
        (await store.TryCheckpointAsync(claim, new PageCheckpoint(null, 3, 3, null, null), Lease, None)).ShouldNotBeNull();

        (await store.TryFinishAsync(id, "first", ReplayStatus.Succeeded, null, None)).ShouldBeTrue();

        var record = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (record.Status, record.PausedAt).ShouldBe((ReplayStatus.Succeeded, null));
    }

    [Fact]
    public async Task EightSlicesAtOnce_LoseNoCount()
    {
        var (store, id) = await CreatedAsync(slices: 8);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async index =>
        {
            var claim = await ClaimAsync(store, id, $"owner-{index}", ReplayParts.Slice(index));
            for (var page = 1; page <= 5; page++)
            {
                claim = (await store.TryCheckpointAsync(claim, new PageCheckpoint(page < 5 ? $"c{page}" : null, page, 15, 1, 1), Lease, None)).ShouldNotBeNull();
            }
        }));

        var record = (await store.FindAsync(id, None)).ShouldNotBeNull();
        (record.IdsPublished, record.Pages, record.Total, record.SlicesCounted, record.SlicesDone).ShouldBe((120, 40, 120, 8, 8));
    }

    private async Task<(IReplayStore Store, string ReplayId)> CreatedAsync(int slices = 1)
    {
        var store = await StoreAsync();
        var id = $"replay-{Guid.NewGuid():N}";
        (await store.TryCreateAsync(ReplayStoreSamples.Replay(id, slices, Clock.GetUtcNow()), None)).ShouldBeTrue();
        return (store, id);
    }

    private static async Task<SliceClaim> ClaimAsync(IReplayStore store, string id, string owner, string part = "slice#0000")
    {
        var result = await store.ClaimAsync(id, part, owner, Lease, None);
        result.Outcome.ShouldBe(SliceClaimOutcome.Claimed);
        return result.Claim.ShouldNotBeNull();
    }
}

using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

public class ReplayPlannerTests
{
    private static readonly ReplayCause Express = new("delivery-classes", "express", 5, "aa");
    private static readonly ReplayCause Slow = new("delivery-classes", "slow", 6, "bb");

    [Fact]
    public async Task WithoutReplayId_TheExecutionNamesTheReplay()
    {
        var world = new ReplayWorld();

        var plan = await PlanAsync(world, ReplayWorld.Request(), "execution-1");

        (plan.ReplayId, plan.Entity).ShouldBe(("execution-1", "item"));
        plan.Slices.ShouldBe(["slice#0000"]);
        var record = await world.RecordAsync("execution-1");
        (record.Status, record.Entity, record.Execution, record.Slices, record.Summary).ShouldBe((ReplayStatus.Running, "item", "execution-1", 1, "entity: item"));
    }

    [Theory]
    [InlineData("itm", "entity 'itm' is not known; known: item. Did you mean 'item'?")]
    [InlineData("", "entity is missing; known: item.")]
    public async Task UnknownEntity_IsNamedWithTheKnownOnes(string entity, string message) =>
        (await InvalidAsync(new ReplayRequest { Entity = entity })).ShouldBe(message);

    [Fact]
    public async Task EntityWithoutReplay_IsInvalid()
    {
        var world = new ReplayWorld(definition: SampleDefinitions.Item() with { Replay = null });

        (await Should.ThrowAsync<InvalidRequestException>(() => PlanAsync(world, ReplayWorld.Request()))).Message.ShouldContain("has no 'replay'");
    }

    [Fact]
    public async Task EveryMistake_IsNamedAtOnce()
    {
        var message = await InvalidAsync(new ReplayRequest
        {
            Entity = "item",
            ReplayId = "no blanks",
            Ids = ["a"],
            Where = "x:y",
            RatePerSecond = 0,
            Causes = [new ReplayCause("prices", "k", 1)],
        });

        message.ShouldContain("replayId 'no blanks' is not usable");
        message.ShouldContain("ids and where exclude each other");
        message.ShouldContain("ids and causes exclude each other");
        message.ShouldContain("ratePerSecond is 0; allowed: 1 to 1000000.");
        message.ShouldContain("causes name prices, which 'item' does not look up; it looks up: delivery-classes.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a#b")]
    [InlineData("ü")]
    [InlineData("a/b")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123456789012345678901")]
    public async Task UnusableReplayId_IsInvalid(string replayId) => (await InvalidAsync(ReplayWorld.Request(replayId))).ShouldContain("1 to 80 of");

    [Fact]
    public async Task IdsOutOfBounds_AreInvalid()
    {
        (await InvalidAsync(ReplayWorld.Request() with { Ids = [] })).ShouldContain("empty list");
        (await InvalidAsync(ReplayWorld.Request() with { Ids = SortedIdSource.Numbered(10_001) })).ShouldContain("ids lists 10001; at most 10000");
        (await InvalidAsync(ReplayWorld.Request() with { Ids = ["a", ""] })).ShouldContain("empty or longer");
        (await InvalidAsync(ReplayWorld.Request() with { Ids = [new string('ü', 513)] })).ShouldContain("longer than 1024 bytes");
        (await InvalidAsync(ReplayWorld.Request() with { Where = " " })).ShouldContain("where is blank");
        (await InvalidAsync(ReplayWorld.Request() with { RatePerSecond = 1_000_001 })).ShouldContain("1 to 1000000");
    }

    [Fact]
    public async Task ListedIds_AreCutIntoSlices_EachIdOnce()
    {
        var world = new ReplayWorld(pageSize: 700);
        var ids = SortedIdSource.Numbered(2500);

        var plan = await PlanAsync(world, ReplayWorld.Request("r") with { Ids = [.. ids, .. ids] });
        await world.ExecuteAsync(ReplayWorld.Request("r") with { Ids = ids }, "e");

        plan.Slices.ShouldBe(["slice#0000", "slice#0001", "slice#0002"]);
        world.Published.ShouldBe(ids);
        world.Source.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Causes_RestrictTheIdsToTheirKeys()
    {
        var world = new ReplayWorld();

        await world.ExecuteAsync(ReplayWorld.Request("r") with { Causes = [Express, Slow, Express with { Version = 4 }], Where = "brand:x" }, "e");

        var query = world.Source.Asked[0].Query;
        query.Related.ShouldNotBeNull().Relation.ShouldBe("deliveryClass");
        query.Related.Keys.ShouldBe(["express", "slow"]);
        query.Filters.ShouldBe(["online:true", "brand:x"]);
    }

    [Fact]
    public async Task TableScan_IsCutIntoItsSegments_EachIdOnce()
    {
        var world = new ReplayWorld(ids: 20, definition: ReplayWorld.Scanned(segments: 4));

        var end = await world.ExecuteAsync(ReplayWorld.Request("r"), "e");

        world.Source.Asked.Select(asked => (asked.Query.Segment, asked.Query.Segments)).Distinct().ShouldBe([(0, 4), (1, 4), (2, 4), (3, 4)]);
        world.Published.Order(StringComparer.Ordinal).ShouldBe(SortedIdSource.Numbered(20));
        end.IdsPublished.ShouldBe(20);
    }

    [Fact]
    public async Task TableIndex_GivesASliceACauseKey()
    {
        var world = new ReplayWorld(definition: ReplayWorld.Scanned(segments: 4));

        var plan = await PlanAsync(world, ReplayWorld.Request("r") with { Causes = [Express, Slow] });
        await world.PublishAsync("r", "o", part: "slice#0001");

        plan.Slices.Count.ShouldBe(2);
        world.Source.Asked[0].Query.Related.ShouldNotBeNull().Keys.ShouldBe(["slow"]);
    }

    [Fact]
    public async Task ManyCauseKeys_ShareABoundedNumberOfSlices()
    {
        var world = new ReplayWorld(definition: ReplayWorld.Scanned(segments: 4));
        var causes = Enumerable.Range(0, 1000).Select(number => new ReplayCause("delivery-classes", $"class-{number}", 1)).ToList();

        var plan = await PlanAsync(world, ReplayWorld.Request("r") with { Causes = causes });
        foreach (var slice in plan.Slices) await world.PublishAsync("r", slice, part: slice);

        plan.Slices.Count.ShouldBe(63);
        world.Source.Asked.GroupBy(asked => asked.Query.Related!.Keys[0]).SelectMany(group => group.First().Query.Related!.Keys)
            .ShouldBe(causes.Select(cause => cause.Key));
    }

    [Fact]
    public async Task SameRequestAgain_ResumesUnderTheNewExecution()
    {
        var world = new ReplayWorld();
        var request = ReplayWorld.Request("r") with { Where = "brand:x", RatePerSecond = 5, Causes = [Express] };
        await PlanAsync(world, request, "first");
        await world.Finisher().FinishAsync("r", "first", new CaughtError("TransientException", "Solr is down"), CancellationToken.None);

        var plan = await PlanAsync(world, request, "second");

        plan.Message.ShouldBe("Resumed replay 'r' after 0 ids.");
        var record = await world.RecordAsync("r");
        (record.Status, record.Execution, record.LastError, record.FinishedAt).ShouldBe((ReplayStatus.Running, "second", null, null));
    }

    [Fact]
    public async Task ReplayIdAlone_ResumesAsItWasStarted()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, ReplayWorld.Request("r") with { Where = "brand:x" }, "first");

        var plan = await PlanAsync(world, new ReplayRequest { ReplayId = "r" }, "second");

        plan.Entity.ShouldBe("item");
        (await Should.ThrowAsync<InvalidRequestException>(() => PlanAsync(world, new ReplayRequest { ReplayId = "s" }))).Message.ShouldContain("no replay 's' to resume");
    }

    [Fact]
    public async Task OtherRequestUnderTheSameId_IsRefusedAndTheDifferenceNamed()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, ReplayWorld.Request("r") with { Where = "brand:x", Causes = [Express] }, "first");

        var refused = await Should.ThrowAsync<InvalidRequestException>(
            () => PlanAsync(world, ReplayWorld.Request("r") with { Causes = [Express with { Version = 9 }] }, "second"));

        refused.Message.ShouldContain("where was 'brand:x', now none");
        refused.Message.ShouldContain("causes was 1 (delivery-classes/express@5), now 1 (delivery-classes/express@9)");
        refused.Message.ShouldContain("{\"replayId\":\"r\"}");
        (await world.RecordAsync("r")).Execution.ShouldBe("first");
    }

    [Fact]
    public async Task FinishedReplayAgain_IsDoneAtOnceAndSaysSo()
    {
        var world = new ReplayWorld();
        await world.ExecuteAsync(ReplayWorld.Request("r"), "first");
        var published = world.Published.Count;

        var plan = await PlanAsync(world, ReplayWorld.Request("r"), "second");
        var end = await world.ExecuteAsync(ReplayWorld.Request("r"), "second");

        plan.Slices.ShouldBeEmpty();
        plan.Message.ShouldBe("Replay 'r' is already done.");
        (end.Status, end.IdsPublished, end.Message).ShouldBe(("SUCCEEDED", 10L, "Replay 'r' was already done: 10 ids in 4 pages."));
        world.Published.Count.ShouldBe(published);
        (await world.RecordAsync("r")).Execution.ShouldBe("first");
    }

    private static Task<ReplayPlan> PlanAsync(ReplayWorld world, ReplayRequest request, string execution = "e") =>
        world.Planner().PlanAsync(request, execution, CancellationToken.None);

    private static async Task<string> InvalidAsync(ReplayRequest request) =>
        (await Should.ThrowAsync<InvalidRequestException>(() => PlanAsync(new ReplayWorld(), request))).Message;
}

using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Testing;

namespace EntitySync.Tests.ReadModels.Rebuilds;

public sealed class RebuildTests
{
    private const string Name = RebuildWorld.Name;

    private static readonly RebuildRequest Request = new(Name, MaximumLag: 0);

    private readonly RebuildWorld _world = new();

    [Fact]
    public async Task FirstVersion_IsKept_AndTheOneBeforeItRemoved()
    {
        await WriteAsync(10);
        var first = await _world.RebuildAsync(Request);
        (first.Status, first.Version, first.Message).ShouldBe(("SUCCEEDED", 2, """Version 2 answers now. Version 1 is kept: {"readModel":"orders","rollbackTo":1} lets it answer again."""));
        await WriteAsync(10);
        (await _world.RebuildAsync(Request)).Message.ShouldBe("""Version 3 answers now. Version 2 is kept: {"readModel":"orders","rollbackTo":2} lets it answer again. Removed version 1.""");

        Numbers().ShouldBe("live 3, previous 2, building -, versions 2 3, tables 2 3");
        foreach (var version in new[] { 2, 3 }) _world.RowsOf(version).ShouldBe(_world.Expected(version));
        (await _world.Registry.GetCheckpointsAsync(new ReadModelVersionId(Name, 3), default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task DamagedRow_IsRepaired()
    {
        await WriteAsync(10);
        var version = new ReadModelVersionId(Name, 1);
        var row = _world.Table.Rows(version)[0];
        _world.Table.Damage(version, row with { Document = "{}"u8.ToArray() });
        await _world.RebuildAsync(Request);
        _world.RowsOf(2).ShouldBe(_world.Expected(2));
        _world.RowsOf(1).ShouldNotBe(_world.Expected(1));
    }

    [Fact]
    public async Task Fill_WritesNoOutputs_AndDeadLettersNothing()
    {
        await WriteAsync(10);
        _world.Reader.Append(RebuildWorld.Events, 0, "x"u8.ToArray(), "no JSON"u8.ToArray(), DateTimeOffset.UnixEpoch);
        await LiveAsync();
        var written = _world.Writer.Written.Count;
        _world.Writer.To("orders-dead-letters").Count.ShouldBe(1);
        await _world.RebuildAsync(Request);
        _world.Writer.Written.Count.ShouldBe(written);
    }

    [Fact]
    public async Task RolledBack_TheVersionBeforeAnswersWithAllEvents_AndForwardAgain()
    {
        await WriteAsync(10);
        await _world.RebuildAsync(Request);
        await WriteAsync(10);
        var back = await _world.RebuildAsync(Request with { RollbackTo = 1 });
        (back.Status, back.Version, back.Message).ShouldBe(("SUCCEEDED", 1, """Version 1 answers now. Version 2 is kept: {"readModel":"orders","rollbackTo":2} lets it answer again."""));
        Numbers().ShouldBe("live 1, previous 2, building -, versions 1 2, tables 1 2");
        await WriteAsync(5);
        foreach (var version in new[] { 1, 2 }) _world.RowsOf(version).ShouldBe(_world.Expected(version));

        (await _world.RebuildAsync(Request with { RollbackTo = 1 })).Message.ShouldStartWith("Version 1 answers already.");
        (await _world.RebuildAsync(Request with { RollbackTo = 2 })).Version.ShouldBe(2);
        var wrong = await _world.RebuildAsync(Request with { RollbackTo = 7 });
        (wrong.Status, wrong.Version, wrong.Cause).ShouldBe(
            ("FAILED", 2, "Read model 'orders' cannot be rolled back to version 7: version 1 is kept for it, and version 2 answers. Version 2 goes on answering."));
        _world.State!.LastError!.ShouldStartWith("InvalidRequestException: Read model 'orders' cannot be rolled back to version 7");
    }

    [Fact]
    public async Task TruncatedTopic_IsRefusedBeforeAnythingIsMade_UnlessItIsAllowed()
    {
        await WriteAsync(30);
        _world.Reader.Truncate(RebuildWorld.Events, 1, 2);
        var refused = await _world.RebuildAsync(Request);
        (refused.Status, refused.Error).ShouldBe(("FAILED", "InvalidRequestException"));
        refused.Cause.ShouldBe(
            "Retention has removed events of 1 partition (order-events-1 begins at offset 2): rows would lack what those events brought. " +
            """Give the topic a longer retention; or, to rebuild from what is left, start with {"readModel":"orders","allowTruncated":true}. Version 1 goes on answering.""");
        Numbers().ShouldBe("live 1, previous -, building -, versions 1, tables 1");

        (await _world.RebuildAsync(Request with { AllowTruncated = true })).Status.ShouldBe("SUCCEEDED");
        _world.RowsOf(2).ShouldBe(_world.Expected(2), "of what is left");
    }

    [Fact]
    public async Task EventsRemovedWhileTheyWereFilled_AreMissedOutLoud()
    {
        await WriteAsync(30);
        var plan = await PlanAsync();
        _world.Reader.Truncate(RebuildWorld.Events, 0, 3);
        (await Should.ThrowAsync<InvalidRequestException>(() => FillAsync(plan, "order-events-0"))).Message
            .ShouldBe("Retention has removed events of order-events-0 before they were read: from offset 0 to 2. Rows would lack what they brought.");
        var end = await _world.Finisher().FinishAsync(Name, plan, new Core.Replay.CaughtError("States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded"), default);
        end.Cause.ShouldBe(
            "The specified tolerated failure threshold was exceeded. Last error: order-events-0: InvalidRequestException: Retention has removed events of order-events-0 before they were read: from offset 0 to 2. " +
            "Rows would lack what they brought. Version 1 goes on answering. What was filled is kept: start again with {\"readModel\":\"orders\"} to go on with version 2, or with \"startAnew\":true to give it up.");
        _world.State!.LastError!.ShouldContain("from offset 0 to 2");

        (await FillAsync(plan with { AllowTruncated = true }, "order-events-0")).Outcome.ShouldBe("DONE");
        (await _world.RebuildAsync(Request)).Status.ShouldBe("SUCCEEDED");
        _world.State!.LastError.ShouldBeNull();
    }

    [Fact]
    public async Task TimeIsUp_TheNextInvocationGoesOnFromTheCheckpoint()
    {
        await WriteAsync(60);
        var plan = await PlanAsync();
        _world.Options = new RebuildOptions { PageRecords = 4 };
        (await FillAsync(plan, "order-events-0", TimeSpan.Zero)).ShouldBe(new FillOutcome("order-events-0", FillOutcome.More, 0, End("order-events-0")));
        var before = _world.Reader.Requests.Count;
        // Each page moves the clock on, so that there is time for two of them.
        _world.Table.Writing = (_, _) =>
        {
            _world.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.CompletedTask;
        };
        var some = await FillAsync(plan, "order-events-0", TimeSpan.FromSeconds(6));
        some.Outcome.ShouldBe(FillOutcome.More);
        var next = (await _world.Registry.GetCheckpointsAsync(new ReadModelVersionId(Name, 2), default)).Single(checkpoint => checkpoint.Slice == "order-events-0").Next;
        next.ShouldBeInRange(1, End("order-events-0") - 1);
        some.Left.ShouldBe(End("order-events-0") - next);
        (await FillAsync(plan, "order-events-0")).Outcome.ShouldBe(FillOutcome.Done);
        _world.Reader.Requests.Skip(before).ShouldAllBe(request => request.MaximumRecords == 4 && request.MaximumBytes == 8 * 1024 * 1024);
    }

    [Fact]
    public async Task Lag_IsMeasuredBehindTheEndThatMustBeReached()
    {
        await WriteAsync(20);
        var plan = await PlanAsync() with { MaximumLag = 5 };
        _world.Options = new RebuildOptions { PageRecords = 1 };
        var end = End("order-events-0");
        for (var i = 0; i < 5; i++) _world.Append(RebuildWorld.Events, 0, "late", "Changed", 1, i);
        (await FillAsync(plan, "order-events-0")).Left.ShouldBe(5, "all before the end that was measured, nothing behind it");
        _world.Append(RebuildWorld.Events, 0, "late", "Changed", 1, 9);
        (await FillAsync(plan, "order-events-0")).Left.ShouldBeLessThanOrEqualTo(5);
        (await _world.Registry.GetCheckpointsAsync(new ReadModelVersionId(Name, 2), default)).Single(checkpoint => checkpoint.Slice == "order-events-0").End.ShouldBe(end);
    }

    [Fact]
    public async Task StartedAnew_WhatWasFilledIsGivenUp_AndOnlyOnceAnExecution()
    {
        await WriteAsync(10);
        await PlanAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        var startedAt = _world.Clock.GetUtcNow();
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        var anew = await _world.Planner().PlanAsync(Request with { StartAnew = true }, startedAt, default);
        (anew.Version, anew.Message).ShouldBe((3, $"Removed version 2. Version 3 is filled from 4 partitions, {Offsets()} offsets."));
        (await _world.Planner().PlanAsync(Request with { StartAnew = true }, startedAt, default)).Version.ShouldBe(3, "the same execution, tried again");
        Numbers().ShouldBe("live 1, previous -, building 3, versions 1 3, tables 1 3");
    }

    [Fact]
    public async Task AnotherDefinition_GivesUpWhatIsBeingBuilt_AndItsFillSaysSo()
    {
        await WriteAsync(10);
        var old = await PlanAsync();
        _world.Deployed = RebuildWorld.Definition("\n      - set: { last: status }");
        var plan = await PlanAsync();
        plan.Version.ShouldBe(3);
        (await Should.ThrowAsync<InvalidRequestException>(() => FillAsync(old, "order-events-0"))).Message
            .ShouldBe("orders v2 is no longer being built: version 3 is, of another definition or begun anew.");
        var end = await _world.Finisher().FinishAsync(Name, old, null, default);
        (end.Status, end.Cause).ShouldBe(("FAILED", "Version 2 is no longer being built: another rebuild was first. Version 1 goes on answering."));
        _world.State!.LastError.ShouldBeNull("the rebuild that runs has not failed");
    }

    [Fact]
    public async Task TopicMadeAnew_GivesUpWhatWasFilledFromTheOldOne()
    {
        await WriteAsync(30);
        var plan = await PlanAsync();
        foreach (var slice in plan.Slices) await FillAsync(plan, slice);
        _world.Reader.CreateTopic(RebuildWorld.Events, RebuildWorld.Partitions, anew: true);
        (await PlanAsync()).Version.ShouldBe(3);
    }

    [Fact]
    public async Task TableThatIsBeingMade_IsWaitedFor_AndLiveEventsDoNotMeetItBefore()
    {
        await WriteAsync(10);
        _world.Tables.CallsUntilReady = 1;
        var waiting = await PlanAsync();
        (waiting.Outcome, waiting.WaitSeconds, waiting.Slices.Count, waiting.Message).ShouldBe(("WAIT", 5, 0, "The table of version 2 is being made."));
        await WriteAsync(5);
        Numbers().ShouldBe("live 1, previous -, building -, versions 1 2, tables 1");
        (await PlanAsync()).Outcome.ShouldBe("FILL");
        Numbers().ShouldBe("live 1, previous -, building 2, versions 1 2, tables 1 2");
    }

    [Fact]
    public async Task VersionRemovedWhileALiveInvocationStillWritesIt_IsForgotten()
    {
        await WriteAsync(10);
        _world.Append(RebuildWorld.Events, 0, "o-1", "Changed", 50, 1);
        _world.Turns.IsStepped = true;
        var record = _world.Reader.Records(RebuildWorld.Events, 0)[^1];
        var live = Turns.Start("live", () => _world.Batch().RunAsync([new PartitionRecords(RebuildWorld.Events, 0, [record])], () => TimeSpan.FromMinutes(5), default));
        _world.Turns.Grant(_world.Turns.Waiting.ShouldHaveSingleItem()); // it has read which versions there are: version 1
        _world.Turns.IsStepped = false;
        await _world.RebuildAsync(Request);
        await _world.RebuildAsync(Request);
        Numbers().ShouldBe("live 3, previous 2, building -, versions 2 3, tables 2 3");

        _world.Turns.Grant(_world.Turns.Waiting.ShouldHaveSingleItem());
        (await live).ComeAgain.ShouldBeEmpty();
        foreach (var version in new[] { 2, 3 }) _world.RowsOf(version).ShouldBe(_world.Expected(version));
    }

    [Fact]
    public async Task TableThatCannotBeRemoved_IsSaid_AndRemovedByTheNextRebuild()
    {
        await WriteAsync(5);
        await _world.RebuildAsync(Request);
        _world.Tables.Calling = (call, _) => call == "Delete" ? throw new InvalidRequestException("no permission.") : Task.CompletedTask;
        var end = await _world.RebuildAsync(Request);
        (end.Status, end.Version).ShouldBe(("SUCCEEDED", 3));
        end.Message.ShouldEndWith("Version 1 could not be removed: no permission. The next rebuild tries again.");
        Numbers().ShouldBe("live 3, previous 2, building -, versions 1 2 3, tables 1 2 3");
        _world.Tables.Calling = (_, _) => Task.CompletedTask;
        await _world.RebuildAsync(Request);
        Numbers().ShouldBe("live 4, previous 3, building -, versions 3 4, tables 3 4");
    }

    [Fact]
    public async Task RowsThatCannotBeWritten_StopTheCheckpointBeforeThem()
    {
        await WriteAsync(20);
        var plan = await PlanAsync();
        var fails = true;
        _world.Table.Writing = (_, row) => fails && row.Key == "o-1" ? throw new TransientException("throttled") : Task.CompletedTask;
        foreach (var slice in plan.Slices.Where(slice => slice.StartsWith(RebuildWorld.Events, StringComparison.Ordinal)))
            await Should.ThrowAsync<TransientException>(() => FillAsync(plan, slice));
        fails = false;
        foreach (var slice in plan.Slices) (await FillAsync(plan, slice)).Outcome.ShouldBe(FillOutcome.Done);
        (await _world.Finisher().FinishAsync(Name, plan, null, default)).Status.ShouldBe("SUCCEEDED");
        _world.RowsOf(2).ShouldBe(_world.Expected(2));
    }

    [Fact]
    public async Task NotYetCaughtUp_IsNotSwitchedTo()
    {
        await WriteAsync(10);
        var plan = await PlanAsync();
        var end = await _world.Finisher().FinishAsync(Name, plan, null, default);
        (end.Status, end.Error, end.Version).ShouldBe(("FAILED", "RebuildIncomplete", 1));
        end.Cause.ShouldStartWith("3 of 4 partitions are not caught up: order-events-0, order-events-1, order-payments-1.");
    }

    [Fact]
    public async Task UnknownReadModel_IsNamedWithTheKnownOnes()
    {
        var end = await _world.RebuildAsync(Request with { ReadModel = "order" });
        (end.Status, end.Version).ShouldBe(("FAILED", null));
        end.Cause!.ShouldContain("orders");
        _world.State.ShouldBeNull();
    }

    [Fact]
    public async Task NoVersionYet_TheRebuildMakesTheFirst()
    {
        for (var i = 0; i < 10; i++) _world.Append(RebuildWorld.Events, i % 2, $"o-{i % 3}", "Changed", i, i);
        var end = await _world.RebuildAsync(Request);
        (end.Status, end.Version, end.Message).ShouldBe(("SUCCEEDED", 1, "Version 1 answers now."));
        _world.RowsOf(1).ShouldBe(_world.Expected(1));
        await LiveAsync();
        _world.RowsOf(1).ShouldBe(_world.Expected(1));
        Numbers().ShouldBe("live 1, previous -, building -, versions 1, tables 1");
    }

    private async Task WriteAsync(int events)
    {
        var random = new Random(events);
        for (var i = 0; i < events; i++)
            _world.Append(RebuildWorld.Topics[i % 4 / 3], i % RebuildWorld.Partitions, $"o-{i % 3}", random.Next(6) == 0 ? "Deleted" : "Changed", random.Next(20), i);
        await LiveAsync();
    }

    // All records again: rows know what they have.
    private async Task LiveAsync()
    {
        foreach (var topic in RebuildWorld.Topics)
        {
            for (var partition = 0; partition < RebuildWorld.Partitions; partition++)
            {
                if (_world.Reader.Records(topic, partition) is { Count: > 0 } records)
                    (await _world.Batch().RunAsync([new PartitionRecords(topic, partition, records)], () => TimeSpan.FromMinutes(5), default)).ComeAgain.ShouldBeEmpty();
            }
        }
    }

    private Task<RebuildPlan> PlanAsync() => _world.Planner().PlanAsync(Request, _world.Clock.GetUtcNow(), default);

    private Task<FillOutcome> FillAsync(RebuildPlan plan, string slice, TimeSpan? time = null) =>
        _world.Filler().FillAsync(new FillRequest(Name, plan.Version, slice, plan.MaximumLag, plan.AllowTruncated), _world.Clock.GetUtcNow() + (time ?? TimeSpan.FromHours(1)), default);

    private long End(string slice) => _world.Reader.Records(slice[..^2], slice[^1] - '0')[^1].Offset + 1;

    private long Offsets() => RebuildWorld.Topics.Sum(topic => Enumerable.Range(0, RebuildWorld.Partitions).Sum(partition => (long)_world.Reader.Records(topic, partition).Count));

    private string Numbers()
    {
        var state = _world.State!;
        return $"live {state.Live?.ToString() ?? "-"}, previous {state.Previous?.ToString() ?? "-"}, building {state.Building?.ToString() ?? "-"}, "
            + $"versions {string.Join(' ', state.Versions.Select(version => version.Number))}, tables {string.Join(' ', _world.Table.Versions.Select(version => version.Number))}";
    }
}

using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Replay;

/// <summary>A replay of four pages (ids 1-3, 4-6, 7-9, 10) that a person pauses, resumes or stops at each step.</summary>
public class ReplayPauseTests
{
    private static readonly IReadOnlyList<string> All = SortedIdSource.Numbered(10);

    [Fact]
    public async Task LookingForAPause_CostsNoRequest()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        var calls = new List<string>();

        await world.PublishAsync("r", "a", Noted(calls));

        calls.ShouldBe(
        [
            "find request", "find", "claim",
            "page", "checkpoint",
            "find", "page", "checkpoint",
            "find", "page", "checkpoint",
            "find", "page", "checkpoint",
        ]);
    }

    [Fact]
    public async Task Pause_LetsTheInvocationGoBeforeItsNextPage()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        var calls = new List<string>();
        var checkpoints = 0;

        var outcome = await world.PublishAsync("r", "a", async effect =>
        {
            await Noted(calls)(effect);
            if (effect == "before checkpoint" && ++checkpoints == 2) await ActAsync(world, "pause");
        });

        outcome.ShouldBe(new PublishOutcome("r", "slice#0000", "PAUSED"));
        calls.ShouldBe(["find request", "find", "claim", "page", "checkpoint", "find", "page", "checkpoint", "find", "release"]);
        world.Published.ShouldBe(All.Take(6));
        (await world.RecordAsync("r")).IdsPublished.ShouldBe(6, "the page in flight counts");
    }

    [Theory]
    [InlineData("pause", "PAUSED", ReplayStatus.Paused)]
    [InlineData("stop", "STOPPED", ReplayStatus.Stopped)]
    public async Task MarkedAtAnyStep_AtMostThePageInFlightFollows_AndNothingComesTwice(string action, string status, ReplayStatus mark)
    {
        for (var at = 0; ; at++)
        {
            var world = new ReplayWorld();
            var (steps, atMark) = (0, -1);
            ReplayEnd? answer = null;
            var end = await world.ExecuteAsync(ReplayWorld.Request("r"), "first", async effect =>
            {
                if (steps++ != at || await world.Store.FindAsync("r", CancellationToken.None) is null) return;
                atMark = world.Published.Count;
                answer = await ActAsync(world, action);
            });
            if (steps <= at) break;
            if (answer is null) continue;

            var published = world.Published;
            published.ShouldBe(All.Take(published.Count), ignoreOrder: false, $"at step {at}");
            (published.Count - atMark).ShouldBeLessThanOrEqualTo(3, $"at step {at}: the page in flight");
            if (answer.Status == "SUCCEEDED")
            {
                // Too late: its last page was checkpointed.
                (end.Status, published.Count).ShouldBe(("SUCCEEDED", 10), $"at step {at}");
                continue;
            }

            answer.Status.ShouldBe(status, $"at step {at}");
            var isLastPage = published.Count == 10;
            end.Status.ShouldBe(isLastPage && mark == ReplayStatus.Paused ? "SUCCEEDED" : status, $"at step {at}");
            (await world.RecordAsync("r")).Status.ShouldBe(isLastPage && mark == ReplayStatus.Paused ? ReplayStatus.Succeeded : mark, $"at step {at}");
            (await world.RecordAsync("r")).IdsPublished.ShouldBe(published.Count, $"at step {at}");
            if (mark == ReplayStatus.Stopped)
            {
                (await RefusedAsync(world, new ReplayRequest { ReplayId = "r" })).ShouldBe(
                    $"Replay 'r' was stopped for good after {published.Count} ids and cannot be resumed (entity: item). Start it anew, from the beginning, under another replayId.");
                continue;
            }

            (await world.ExecuteAsync(new ReplayRequest { ReplayId = "r" }, "second")).Status.ShouldBe("SUCCEEDED", $"at step {at}");
            world.Published.ShouldBe(All, ignoreOrder: false, $"at step {at}");
        }
    }

    [Fact]
    public async Task PausedAndResumedAtAnyStep_BothExecutionsEndWell_AndNothingComesTwice()
    {
        for (var at = 0; ; at++)
        {
            var world = new ReplayWorld();
            var steps = 0;
            ReplayEnd? second = null;
            var first = await world.ExecuteAsync(ReplayWorld.Request("r"), "first", async effect =>
            {
                if (steps++ != at || await world.Store.FindAsync("r", CancellationToken.None) is null) return;
                await ActAsync(world, "pause");
                // Its slice may be held by the first: then it waits, and the lease ends meanwhile.
                second = await world.ExecuteAsync(new ReplayRequest { ReplayId = "r", Action = "resume" }, "second");
            });
            if (steps <= at) break;

            first.Status.ShouldBe("SUCCEEDED", $"at step {at}");
            if (second is not null) second.Status.ShouldBe("SUCCEEDED", $"at step {at}");
            world.Published.Distinct().Order(StringComparer.Ordinal).ToList().ShouldBe(All, ignoreOrder: false, $"at step {at}");
            world.Published.Count.ShouldBeLessThanOrEqualTo(13, $"at step {at}: the page in flight of one that was taken for dead");
            (await world.RecordAsync("r")).IdsPublished.ShouldBe(10, $"at step {at}");
        }
    }

    [Fact]
    public async Task ResumedBeforeTheFirstExecutionHasEnded_TheFirstSaysWhoGoesOn()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, "first");
        await world.PublishAsync("r", "a", remaining: TimeSpan.Zero);
        await ActAsync(world, "pause");
        (await world.PublishAsync("r", "a2")).Outcome.ShouldBe("PAUSED");
        await world.Planner().PlanAsync(new ReplayRequest { ReplayId = "r" }, "second", CancellationToken.None);

        var end = await world.Finisher().FinishAsync("r", "first", null, CancellationToken.None);

        (end.Status, end.Message).ShouldBe(("TAKEN_OVER", "Replay 'r' was paused, and execution 'second' has taken it over."));
        var record = await world.RecordAsync("r");
        (record.Status, record.Execution).ShouldBe((ReplayStatus.Running, "second"));
    }

    [Fact]
    public async Task Pause_AnswersWithTheStateOfTheReplay_AndAgainTheSame()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        await world.PublishAsync("r", "a", remaining: TimeSpan.Zero);
        var moved = world.Clock.GetUtcNow();
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        var plan = await world.Planner().PlanAsync(Action("pause"), "p", CancellationToken.None);
        var end = await ActAsync(world, "pause");
        var again = await world.Planner().PlanAsync(Action("pause"), "p2", CancellationToken.None);

        (plan.ReplayId, plan.Entity, plan.Slices.Count, plan.Message).ShouldBe(("r", "item", 0, "Replay 'r' is paused after 3 ids."));
        again.Message.ShouldBe("Replay 'r' is paused already.");
        end.ShouldBe(new ReplayEnd("r", "PAUSED", 3, 1, "Replay 'r' is paused after 3 ids; a page in flight is still finished. {\"replayId\":\"r\"} goes on.")
        {
            Slices = 1, SlicesDone = 0, Total = 10, LastMovedAt = moved,
        });
        var record = await world.RecordAsync("r");
        (record.Execution, record.PausedAt, record.LastMovedAt).ShouldBe(("first", moved + TimeSpan.FromMinutes(5), moved), "the pausing execution does not take the replay");
    }

    [Fact]
    public async Task WaitingForAnotherInvocation_EndsWithThePause()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        await world.Store.ClaimAsync("r", "slice#0000", "killed", TimeSpan.FromSeconds(30), CancellationToken.None);
        (await world.PublishAsync("r", "a")).Outcome.ShouldBe("BUSY");

        await ActAsync(world, "pause");

        (await world.PublishAsync("r", "a")).ShouldBe(new PublishOutcome("r", "slice#0000", "PAUSED"));
    }

    [Theory]
    [InlineData("pause", "Replay 'r' is already done.", "SUCCEEDED")]
    [InlineData("stop", "Replay 'r' is already done.", "SUCCEEDED")]
    public async Task FinishedReplay_StaysFinished(string action, string message, string status)
    {
        var world = new ReplayWorld();
        await world.ExecuteAsync(ReplayWorld.Request("r"), "first");
        var record = await world.RecordAsync("r");

        (await world.Planner().PlanAsync(Action(action), "p", CancellationToken.None)).Message.ShouldBe(message);
        (await ActAsync(world, action)).Status.ShouldBe(status);
        (await world.RecordAsync("r")).ShouldBe(record);
    }

    [Fact]
    public async Task AbortedAfterItsLastPage_IsCalledSucceeded_ByWhoeverPausesIt()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        await world.PublishAsync("r", "a");

        (await world.Planner().PlanAsync(Action("pause"), "p", CancellationToken.None)).Message.ShouldBe("Replay 'r' has published everything; there is nothing to pause.");
        (await ActAsync(world, "pause")).Status.ShouldBe("SUCCEEDED");
        (await world.RecordAsync("r")).Status.ShouldBe(ReplayStatus.Succeeded);
    }

    [Fact]
    public async Task StoppedReplay_StaysStopped_WhateverIsAsked()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        await ActAsync(world, "pause");
        (await ActAsync(world, "stop")).Message.ShouldBe("Replay 'r' is stopped for good after 0 ids; a page in flight is still finished.");
        var record = await world.RecordAsync("r");

        (await ActAsync(world, "stop")).Status.ShouldBe("STOPPED");
        (await ActAsync(world, "pause")).Status.ShouldBe("STOPPED");
        foreach (var request in new[] { new ReplayRequest { ReplayId = "r" }, Action("resume"), new ReplayRequest { ReplayId = "r", RatePerSecond = 5 }, ReplayWorld.Request("r") })
        {
            (await RefusedAsync(world, request)).ShouldContain("under another replayId");
        }

        (await world.RecordAsync("r")).ShouldBe(record);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("stop")]
    [InlineData("resume")]
    public async Task UnknownReplay_IsSaidToBe(string action) =>
        (await RefusedAsync(new ReplayWorld(), Action(action))).ShouldStartWith($"There is no replay 'r' to {action}");

    [Theory]
    [InlineData("paus", "action 'paus' is not known; allowed: pause, resume, stop. Leave it out to start a replay.")]
    [InlineData("", "action '' is not known; allowed: pause, resume, stop. Leave it out to start a replay.")]
    [InlineData("PAUSE", "action 'PAUSE' is not known; allowed: pause, resume, stop. Leave it out to start a replay.")]
    public async Task UnknownAction_IsRefused(string action, string message) => (await RefusedAsync(new ReplayWorld(), Action(action))).ShouldBe(message);

    [Fact]
    public async Task ActionThatSaysTooMuchOrTooLittle_IsRefused()
    {
        var more = Action("pause") with { Entity = "item", Where = "a:b", Ids = ["a"], Causes = [], RatePerSecond = 0 };
        (await RefusedAsync(new ReplayWorld(), more)).ShouldBe(
            "action 'pause' takes replayId only; found entity, where, ids, causes, ratePerSecond. ratePerSecond is 0; allowed: 1 to 1000000.");
        (await RefusedAsync(new ReplayWorld(), Action("resume") with { Entity = "item", RatePerSecond = 5 })).ShouldBe("action 'resume' takes replayId and ratePerSecond only; found entity.");
        (await RefusedAsync(new ReplayWorld(), new ReplayRequest { Action = "stop" })).ShouldBe("action 'stop' needs the replayId of the replay it is about.");
        (await RefusedAsync(new ReplayWorld(), Action("stop") with { ReplayId = "a/b" })).ShouldContain("replayId 'a/b' is not usable");
    }

    [Fact]
    public async Task PlanThatComesAgainAfterThePause_DoesNotResume()
    {
        var world = new ReplayWorld();
        await PlanAsync(world, "first");
        await ActAsync(world, "pause");

        // The first answer was lost, so the state machine calls again.
        var plan = await world.Planner().PlanAsync(ReplayWorld.Request("r"), "first", CancellationToken.None);

        plan.Slices.ShouldBeEmpty();
        (await world.Finisher().FinishAsync("r", "first", null, CancellationToken.None)).Status.ShouldBe("PAUSED");
    }

    [Fact]
    public async Task PausedAtTheMomentOfAResume_IsAskedForAgain()
    {
        var world = new ReplayWorld();
        await PlanAsync(world);
        await ActAsync(world, "pause");

        await Should.ThrowAsync<ConflictException>(() => world.Planner(async effect =>
        {
            if (effect == "after mark") await world.Store.TryResumeAsync("r", "second", null, CancellationToken.None);
        }).PlanAsync(Action("pause"), "p", CancellationToken.None));

        (await ActAsync(world, "pause")).Status.ShouldBe("PAUSED");
    }

    private static ReplayStep Noted(List<string> calls) => effect =>
    {
        if (effect.StartsWith("before ", StringComparison.Ordinal) && effect != "before record") calls.Add(effect["before ".Length..]);
        return Task.CompletedTask;
    };

    private static ReplayRequest Action(string action) => new() { ReplayId = "r", Action = action };

    /// <summary>An execution of its own, as a person starts it.</summary>
    private static Task<ReplayEnd> ActAsync(ReplayWorld world, string action) => world.ExecuteAsync(Action(action), $"{action} by a person");

    private static Task<ReplayPlan> PlanAsync(ReplayWorld world, string execution = "first") => world.Planner().PlanAsync(ReplayWorld.Request("r"), execution, CancellationToken.None);

    private static async Task<string> RefusedAsync(ReplayWorld world, ReplayRequest request) =>
        (await Should.ThrowAsync<InvalidRequestException>(() => world.Planner().PlanAsync(request, "other", CancellationToken.None))).Message;
}

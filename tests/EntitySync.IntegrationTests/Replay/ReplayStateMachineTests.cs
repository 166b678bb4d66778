using System.Text.Json;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Local.Lambda;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.Replay;

/// <summary>replay.asl.json in the interpreter, with the real handlers.</summary>
[Trait("Category", "Integration")]
public sealed class ReplayStateMachineTests(LocalPartsFixture parts)
{
    [Fact]
    public async Task Replay_PublishesEveryId_AndTheExecutionTellsHowMany()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);

        var execution = await machine.ExecuteAsync("""{"entity":"item"}""", "nightly-1");

        execution.Status.ShouldBe("SUCCEEDED", execution.Cause);
        using var output = JsonDocument.Parse(execution.Output!);
        output.RootElement.GetProperty("replayId").GetString().ShouldBe("nightly-1");
        output.RootElement.GetProperty("idsPublished").GetInt32().ShouldBe(45);
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 45));
        var record = (await machine.Store.FindAsync("nightly-1", CancellationToken.None)).ShouldNotBeNull();
        (record.Status, record.IdsPublished, record.Pages, record.Total, record.SlicesDone).ShouldBe((ReplayStatus.Succeeded, 45, 5, 45, 1));
    }

    [Fact]
    public async Task Causes_ReplayOnlyWhatTheyTouch()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 20);

        var execution = await machine.ExecuteAsync("""{"entity":"item","causes":[{"table":"delivery-classes","key":"express","version":3}]}""", "item-abc");

        execution.Status.ShouldBe("SUCCEEDED", execution.Cause);
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 20, number => number % 2 == 0));
        ReplayMessage.TryParse(machine.Topic.Written[0].Value!.Value.Span).ShouldNotBeNull().Causes.ShouldBe([new ReplayCause("delivery-classes", "express", 3)]);
    }

    [Fact]
    public async Task PassingFailureInTheMiddleOfAPage_IsRetried_AndOnlyThatPageComesTwice()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        var failed = false;
        machine.Topic.Answer = record =>
        {
            if (!failed && record.Key!.Value.Span.SequenceEqual("sku-0025"u8))
            {
                failed = true;
                return new WriteResult(WriteOutcome.Failed, "broker down");
            }

            return new WriteResult(WriteOutcome.Written);
        };

        var execution = await machine.ExecuteAsync("""{"entity":"item"}""", "r");

        execution.Status.ShouldBe("SUCCEEDED", execution.Cause);
        machine.Published.ShouldBe([.. ReplayMachine.Skus(1, 24), .. ReplayMachine.Skus(26, 30), .. ReplayMachine.Skus(21, 45)]);
        machine.Functions.Invocations["PublishReplayPagesFunction"].ShouldBe(2);
        (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull().IdsPublished.ShouldBe(45);
    }

    [Fact]
    public async Task AnswerOfAnInvocationLost_IsRetried_AndNothingComesTwice()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        machine.Functions.Hooks["PublishReplayPagesFunction"] = new FunctionHooks
        {
            AfterInvoke = (invocation, _, _) => invocation.Attempt == 1 ? throw new Core.Errors.TransientException("lost") : Task.CompletedTask,
        };

        var execution = await machine.ExecuteAsync("""{"entity":"item"}""", "r");

        execution.Status.ShouldBe("SUCCEEDED", execution.Cause);
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 45));
    }

    [Fact]
    public async Task LastingFailure_FailsWithTheReason_KeepsTheCheckpoint_AndANewStartGoesOn()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        machine.Topic.Answer = record => record.Key!.Value.Span.SequenceEqual("sku-0025"u8) ? new WriteResult(WriteOutcome.Refused, "too large") : new WriteResult(WriteOutcome.Written);

        var failed = await machine.ExecuteAsync("""{"entity":"item","replayId":"r"}""", "first");
        var record = (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull();
        machine.Topic.Answer = _ => new WriteResult(WriteOutcome.Written);
        var resumed = await machine.ExecuteAsync("""{"replayId":"r"}""", "second");

        (failed.Status, failed.Error).ShouldBe(("FAILED", "InvalidRequestException"));
        failed.Cause.ShouldNotBeNull().ShouldContain("Topic 'item-replay' refuses a replay record: too large");
        failed.Cause.ShouldContain("start again with {\"replayId\":\"r\"} to go on after 20 ids");
        (record.Status, record.IdsPublished).ShouldBe((ReplayStatus.Failed, 20));
        record.LastError.ShouldNotBeNull().ShouldContain("too large");
        resumed.Status.ShouldBe("SUCCEEDED", resumed.Cause);
        machine.Published.ShouldBe([.. ReplayMachine.Skus(1, 24), .. ReplayMachine.Skus(26, 30), .. ReplayMachine.Skus(21, 45)]);
    }

    [Theory]
    [InlineData("""{"entity":"itm"}""", "entity 'itm' is not known; known: item. Did you mean 'item'?")]
    [InlineData("""{"entity":"item","wher":"online:true"}""", "'wher' is not known")]
    [InlineData("""{"entity":"item","where":"colour:red"}""", "undefined field colour")]
    public async Task MistakeInTheRequest_FailsAtOnceInWords(string input, string reason)
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 3);

        var execution = await machine.ExecuteAsync(input, "mistaken");

        (execution.Status, execution.Error).ShouldBe(("FAILED", "InvalidRequestException"));
        execution.Cause.ShouldNotBeNull().ShouldContain(reason);
        machine.Published.ShouldBeEmpty();
        machine.Functions.Invocations["PlanReplayFunction"].ShouldBe(1);
        machine.Functions.Invocations["PublishReplayPagesFunction"].ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task StoppedAndStartedAgain_GoesOnWithoutAnythingTwice()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        machine.Topic.Gate = async () =>
        {
            if (machine.Published.Count < 20) return;
            reached.TrySetResult();
            await goOn.Task;
        };
        var first = await machine.StartAsync("""{"entity":"item","replayId":"r"}""", "first");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // Its invocation runs on, as on AWS: the second start waits for it or takes over, and publishes nothing that it did.
        await machine.StopAsync(first);
        var second = await machine.StartAsync("""{"entity":"item","replayId":"r"}""", "second");
        goOn.SetResult();
        var end = await machine.EndOfAsync(second);

        (await machine.EndOfAsync(first)).Status.ShouldBe(Execution.Aborted);
        end.Status.ShouldBe("SUCCEEDED", end.Cause);
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 45));
        (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull().Execution.ShouldBe("second");
    }

    [Fact]
    public async Task KilledInvocation_IsTakenOverWhenItsLeaseEnds()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 25);
        var plan = await machine.ExecuteAsync("""{"entity":"item","replayId":"r","ids":["a"]}""", "warm-up");
        machine.Functions.Hooks["PublishReplayPagesFunction"] = new FunctionHooks
        {
            // What a killed sandbox leaves behind: a claim that nobody gives back.
            BeforeInvoke = async (invocation, token) =>
            {
                if (invocation.Attempt == 2) await machine.Store.ClaimAsync("killed", "slice#0000", "a killed invocation", TimeSpan.FromSeconds(2), token);
            },
        };

        var execution = await machine.ExecuteAsync("""{"entity":"item"}""", "killed");

        plan.Status.ShouldBe("SUCCEEDED", plan.Cause);
        execution.Status.ShouldBe("SUCCEEDED", execution.Cause);
        machine.Published.ShouldBe(["a", .. ReplayMachine.Skus(1, 25)]);
        machine.Functions.Invocations["PublishReplayPagesFunction"].ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task TwoExecutionsOfOneReplayAtOnce_BothSucceed_AndNothingComesTwice()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 60, pageSize: 5);

        var both = await Task.WhenAll(
            machine.ExecuteAsync("""{"entity":"item","replayId":"r"}""", "one"),
            machine.ExecuteAsync("""{"entity":"item","replayId":"r"}""", "two"));

        both.ShouldAllBe(execution => execution.Status == "SUCCEEDED");
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 60));
    }

    [Fact]
    public async Task FinishedReplayStartedAgain_IsDoneAtOnce()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 5);
        await machine.ExecuteAsync("""{"entity":"item","replayId":"r"}""", "one");

        var again = await machine.ExecuteAsync("""{"entity":"item","replayId":"r"}""", "two");

        again.Status.ShouldBe("SUCCEEDED", again.Cause);
        again.Output.ShouldNotBeNull().ShouldContain("was already done");
        machine.Published.Count.ShouldBe(5);
        machine.Functions.Invocations["PublishReplayPagesFunction"].ShouldBe(1);
    }
}

using System.Text.Json;
using EntitySync.Core.Replay;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.Replay;

/// <summary>Pause, resume and stop: replay.asl.json in the interpreter, with the real handlers.</summary>
[Trait("Category", "Integration")]
public sealed class ReplayPauseStateMachineTests(LocalPartsFixture parts)
{
    [Fact]
    public async Task PausedInTheMiddle_TheExecutionSucceedsAsPaused_AndAResumeAtAnotherRateGoesOn()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        var (first, goOn) = await StartedUpToAsync(machine, 20);

        var pause = await machine.ExecuteAsync("""{"replayId":"r","action":"pause"}""", "pause");
        goOn.SetResult();
        var paused = await machine.EndOfAsync(first);
        var rest = (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull();
        var publishing = machine.Functions.Invocations["PublishReplayPagesFunction"];
        var again = await machine.ExecuteAsync("""{"replayId":"r","action":"pause"}""", "again");
        var resumed = await machine.ExecuteAsync("""{"replayId":"r","ratePerSecond":5000}""", "second");

        Output(pause).ShouldBe(("SUCCEEDED", "PAUSED", 20, "Replay 'r' is paused after 20 ids; a page in flight is still finished. {\"replayId\":\"r\"} goes on."));
        Output(paused).ShouldBe(("SUCCEEDED", "PAUSED", 30, "Replay 'r' is paused after 30 ids; a page in flight is still finished. {\"replayId\":\"r\"} goes on."));
        using (var state = JsonDocument.Parse(paused.Output!))
        {
            state.RootElement.EnumerateObject().Select(property => property.Name).ShouldBe(
                ["replayId", "status", "idsPublished", "pages", "message", "slices", "slicesDone", "total", "lastMovedAt"], ignoreOrder: true);
            state.RootElement.GetProperty("lastMovedAt").GetDateTimeOffset().ShouldBe(rest.LastMovedAt!.Value);
            state.RootElement.GetProperty("total").GetInt32().ShouldBe(45);
        }

        (rest.Status, rest.IdsPublished, rest.Execution, rest.FinishedAt, rest.PausedAt is null).ShouldBe((ReplayStatus.Paused, 30, "first", null, false));
        publishing.ShouldBe(1);
        Output(again).ShouldBe(Output(paused));
        Output(resumed).ShouldBe(("SUCCEEDED", "SUCCEEDED", 45, "Replay 'r' published 45 ids in 5 pages."));
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 45));
        var record = (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull();
        (record.Status, record.Execution, record.RateBound, record.PausedAt).ShouldBe((ReplayStatus.Succeeded, "second", 5000, null));
    }

    [Fact]
    public async Task StoppedForGood_BothExecutionsSucceed_AndALaterStartIsRefused()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        var (first, goOn) = await StartedUpToAsync(machine, 20);

        var stop = await machine.ExecuteAsync("""{"replayId":"r","action":"stop"}""", "stop");
        goOn.SetResult();
        var stopped = await machine.EndOfAsync(first);
        var refused = await machine.ExecuteAsync("""{"replayId":"r"}""", "second");

        Output(stop).ShouldBe(("SUCCEEDED", "STOPPED", 20, "Replay 'r' is stopped for good after 20 ids; a page in flight is still finished."));
        Output(stopped).ShouldBe(("SUCCEEDED", "STOPPED", 30, "Replay 'r' is stopped for good after 30 ids; a page in flight is still finished."));
        (refused.Status, refused.Error).ShouldBe(("FAILED", "InvalidRequestException"));
        refused.Cause.ShouldBe("Replay 'r' was stopped for good after 30 ids and cannot be resumed (entity: item). Start it anew, from the beginning, under another replayId.");
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 30));
        (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull().Status.ShouldBe(ReplayStatus.Stopped);
    }

    [Fact]
    public async Task AbortedInTheConsole_IsPausedAfterwards_SoThatItsInvocationLetsGo()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        var (first, goOn) = await StartedUpToAsync(machine, 20);
        await machine.StopAsync(first);

        var pause = await machine.ExecuteAsync("""{"replayId":"r","action":"pause"}""", "pause");
        goOn.SetResult();
        await machine.PublishedAsync(30);
        var resumed = await machine.ExecuteAsync("""{"replayId":"r","action":"resume"}""", "second");

        Output(pause).Status.ShouldBe("PAUSED");
        (await machine.EndOfAsync(first)).Status.ShouldBe(Execution.Aborted);
        Output(resumed).ShouldBe(("SUCCEEDED", "SUCCEEDED", 45, "Replay 'r' published 45 ids in 5 pages."));
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 45));
    }

    [Fact]
    public async Task PausedAndResumedBeforeTheFirstNoticed_BothSucceed_AndNothingComesTwice()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        var (first, goOn) = await StartedUpToAsync(machine, 20);

        await machine.ExecuteAsync("""{"replayId":"r","action":"pause"}""", "pause");
        var second = await machine.StartAsync("""{"replayId":"r"}""", "second");
        await machine.InvokedAsync("PublishReplayPagesFunction", 2);
        goOn.SetResult();

        (await machine.EndOfAsync(first)).Status.ShouldBe("SUCCEEDED");
        (await machine.EndOfAsync(second)).Status.ShouldBe("SUCCEEDED");
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 45));
        (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull().Status.ShouldBe(ReplayStatus.Succeeded);
    }

    [Theory]
    [InlineData("""{"replayId":"r","action":"pause"}""", "There is no replay 'r' to pause")]
    [InlineData("""{"replayId":"r","action":"stop"}""", "There is no replay 'r' to stop")]
    [InlineData("""{"replayId":"r","action":"paus"}""", "action 'paus' is not known; allowed: pause, resume, stop.")]
    public async Task ActionThatCannotBeMet_FailsInWords(string input, string reason)
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 3);

        var execution = await machine.ExecuteAsync(input, "mistaken");

        (execution.Status, execution.Error).ShouldBe(("FAILED", "InvalidRequestException"));
        execution.Cause.ShouldNotBeNull().ShouldStartWith(reason);
        machine.Functions.Invocations.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value).ShouldBe([1, 1, 0], "FinishReplay, PlanReplay, PublishReplayPages");
    }

    [Fact]
    public async Task PausedReplayOfATrigger_IsNotResumedByItsBatchComingAgain()
    {
        await using var machine = await ReplayMachine.StartAsync(parts, items: 45);
        const string Request = """{"entity":"item","replayId":"r"}""";
        var (first, goOn) = await StartedUpToAsync(machine, 20);
        await machine.ExecuteAsync("""{"replayId":"r","action":"pause"}""", "pause");
        goOn.SetResult();
        Output(await machine.EndOfAsync(first)).Status.ShouldBe("PAUSED");

        // TriggerReplay takes this for "was started before".
        (await Should.ThrowAsync<StepFunctionsException>(() => machine.StartAsync(Request, "first"))).Code.ShouldBe("ExecutionAlreadyExists");

        (await machine.Store.FindAsync("r", CancellationToken.None)).ShouldNotBeNull().Status.ShouldBe(ReplayStatus.Paused);
        machine.Published.ShouldBe(ReplayMachine.Skus(1, 30));
    }

    private static (string Execution, string? Status, int Ids, string? Message) Output(Execution execution)
    {
        using var output = JsonDocument.Parse(execution.Output ?? throw new InvalidOperationException($"{execution.Status}: {execution.Cause}"));
        return (execution.Status, output.RootElement.GetProperty("status").GetString(), output.RootElement.GetProperty("idsPublished").GetInt32(), output.RootElement.GetProperty("message").GetString());
    }

    /// <summary>Replay <c>r</c> in execution <c>first</c>, held in the page after so many ids until it may go on.</summary>
    private static async Task<(string Execution, TaskCompletionSource GoOn)> StartedUpToAsync(ReplayMachine machine, int ids)
    {
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        machine.Topic.Gate = async () =>
        {
            if (machine.Published.Count < ids) return;
            reached.TrySetResult();
            await goOn.Task;
        };
        var first = await machine.StartAsync("""{"entity":"item","replayId":"r"}""", "first");
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return (first, goOn);
    }
}

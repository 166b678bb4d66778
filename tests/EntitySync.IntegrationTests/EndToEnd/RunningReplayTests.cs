using System.Text;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using EntitySync.Local.Lambda;
using EntitySync.Local.StepFunctions;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>Replays of the running product, started and stopped through the AWS SDK: by hand, failing, stopped, two at once.</summary>
[Trait("Category", "Integration")]
[Collection(nameof(OneRunningProduct))]
public sealed class RunningReplayTests(RunningProduct product)
{
    private const string Publish = "PublishReplayPagesFunction";

    [Fact]
    public async Task ByHand_PublishesEveryOnlineItem_AndEachIsEnrichedAgain()
    {
        await product.HaveItemsAsync("by-hand", 9, "no-such-class");
        var expected = product.OnlineItems.Order(StringComparer.Ordinal).ToList();

        var end = await product.EndOfAsync(await product.StartReplayAsync("all-items", """{"entity":"item"}"""));

        end.Status.Value.ShouldBe(Execution.Succeeded, end.Cause);
        (await product.PublishedAsync("all-items", expected.Count)).ShouldBe(expected);
        (await EnrichedAsync("all-items", expected.Count)).ShouldBe(expected);
    }

    [Fact]
    public async Task ByHandWithIds_PublishesThose_AndPassesOverOneThatIsNotThere()
    {
        var keys = await product.HaveItemsAsync("chosen", 3, "no-such-class");

        var end = await product.EndOfAsync(await product.StartReplayAsync("chosen-items", $$"""{"entity":"item","ids":["{{keys[0]}}","chosen-unknown","{{keys[2]}}"]}"""));

        end.Status.Value.ShouldBe(Execution.Succeeded, end.Cause);
        (await product.PublishedAsync("chosen-items", 3)).ShouldBe([keys[0], keys[2], "chosen-unknown"]);
        (await EnrichedAsync("chosen-items", 2)).ShouldBe([keys[0], keys[2]]);
    }

    [Fact]
    public async Task LastingFailure_FailsWithItsReason_KeepsTheCheckpoint_AndANewStartGoesOn()
    {
        var keys = await product.HaveItemsAsync("lasting", 10, "lasting-class");
        // The third page breaks off after one id, and from then on every invocation fails.
        BreakPage(3, after: 1);
        var broken = false;
        product.Runner.Functions.Hooks[Publish] = new FunctionHooks
        {
            BeforeInvoke = (_, _) => broken ? throw new InvalidRequestException("the index is gone") : Task.FromResult(broken = true),
        };
        var failed = await product.EndOfAsync(await product.StartReplayAsync("lasting-1", Request("lasting", "lasting-class")));
        var record = (await product.Store.FindAsync("lasting", CancellationToken.None)).ShouldNotBeNull();
        product.Runner.Functions.Hooks.TryRemove(Publish, out _);
        product.Gate.Before = null;

        var resumed = await product.EndOfAsync(await product.StartReplayAsync("lasting-2", """{"replayId":"lasting"}"""));

        (failed.Status.Value, failed.Error).ShouldBe((Execution.Failed, nameof(InvalidRequestException)));
        failed.Cause.ShouldContain("the index is gone");
        failed.Cause.ShouldContain("start again with {\"replayId\":\"lasting\"} to go on after 8 ids");
        (record.Status, record.IdsPublished, record.Pages).ShouldBe((ReplayStatus.Failed, 8, 2));
        record.LastError.ShouldNotBeNull().ShouldContain("the index is gone");
        resumed.Status.Value.ShouldBe(Execution.Succeeded, resumed.Cause);
        (await product.PublishedAsync("lasting", 11)).ShouldBe(keys.Append(keys[8]).Order(StringComparer.Ordinal));
        (await product.Store.FindAsync("lasting", CancellationToken.None)).ShouldNotBeNull().Status.ShouldBe(ReplayStatus.Succeeded);
    }

    [Fact]
    public async Task StoppedInTheMiddleAndStartedAgain_PublishesEverythingOnce()
    {
        var keys = await product.HaveItemsAsync("stopped", 14, "stopped-class");
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var pages = 0;
        product.Gate.Before = async _ =>
        {
            if (++pages != 3) return null;
            reached.SetResult();
            await goOn.Task;
            return null;
        };
        var first = await product.StartReplayAsync("stopped-1", Request("stopped", "stopped-class"));
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await product.StopReplayAsync(first);
        var second = await product.StartReplayAsync("stopped-2", """{"replayId":"stopped"}""");
        goOn.SetResult();
        var end = await product.EndOfAsync(second);
        product.Gate.Before = null;

        (await product.EndOfAsync(first)).Status.Value.ShouldBe(Execution.Aborted);
        end.Status.Value.ShouldBe(Execution.Succeeded, end.Cause);
        (await product.PublishedAsync("stopped", keys.Count)).ShouldBe(keys);
    }

    [Fact]
    public async Task PausedInTheMiddleAndResumed_PublishesEverythingOnce_AndEachIsEnrichedAgain()
    {
        var keys = await product.HaveItemsAsync("paused", 14, "paused-class");
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var pages = 0;
        product.Gate.Before = async _ =>
        {
            if (++pages != 2) return null;
            reached.SetResult();
            await goOn.Task;
            return null;
        };
        var first = await product.StartReplayAsync("paused-1", Request("paused", "paused-class"));
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var pause = await product.EndOfAsync(await product.StartReplayAsync("paused-2", """{"replayId":"paused","action":"pause"}"""));
        goOn.SetResult();
        var paused = await product.EndOfAsync(first);
        product.Gate.Before = null;
        var published = (await product.PublishedAsync("paused", 8)).ToList();
        var end = await product.EndOfAsync(await product.StartReplayAsync("paused-3", """{"replayId":"paused","action":"resume","ratePerSecond":1000}"""));

        (pause.Status.Value, paused.Status.Value, published.Count).ShouldBe((Execution.Succeeded, Execution.Succeeded, 8), "two pages of four");
        pause.Output.ShouldContain("\"status\":\"PAUSED\"");
        paused.Output.ShouldContain("\"status\":\"PAUSED\"");
        end.Status.Value.ShouldBe(Execution.Succeeded, end.Cause);
        (await product.PublishedAsync("paused", keys.Count)).ShouldBe(keys);
        (await EnrichedAsync("paused", keys.Count)).ShouldBe(keys);
    }

    [Fact]
    public async Task TwoExecutionsOfOneReplayAtOnce_PublishEveryId_AndOnlyThePageInFlightTwice()
    {
        var keys = await product.HaveItemsAsync("double", 22, "double-class");
        BreakPage(3, after: 2);

        var started = await Task.WhenAll(
            product.StartReplayAsync("double-1", Request("double", "double-class")),
            product.StartReplayAsync("double-2", Request("double", "double-class")));
        var ends = await Task.WhenAll(started.Select(product.EndOfAsync));
        product.Gate.Before = null;

        ends.Select(end => end.Status.Value).ShouldBe([Execution.Succeeded, Execution.Succeeded]);
        (await product.PublishedAsync("double", keys.Count + 2)).ShouldBe(keys.Concat([keys[8], keys[9]]).Order(StringComparer.Ordinal));
    }

    private static string Request(string replayId, string deliveryClass) =>
        $$"""{"entity":"item","replayId":"{{replayId}}","causes":[{"table":"delivery-classes","key":"{{deliveryClass}}","version":1}]}""";

    private void BreakPage(int number, int after)
    {
        var pages = 0;
        product.Gate.Before = _ => Task.FromResult<int?>(Interlocked.Increment(ref pages) == number ? after : null);
    }

    /// <summary>Keys of the outputs that a replay led to, in ordinal order, each once.</summary>
    private async Task<IEnumerable<string>> EnrichedAsync(string replayId, int count)
    {
        await RunningProduct.UntilAsync(() => Keys().Count >= count, () => $"{Keys().Count} of {count} enriched again");
        return Keys();

        List<string> Keys() => [.. product.Merged.Records.Where(record => record.ReplayId == replayId).Select(record => record.Key!).Distinct().Order(StringComparer.Ordinal)];
    }
}

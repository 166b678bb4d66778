using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Replay;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.Demo;

/// <summary>Strategy lookup: the change starts a replay, which fails in the middle of a page and resumes from its checkpoint.</summary>
internal sealed class ReplayedChange(DemoSteps steps, CrashOnce crash)
{
    public async Task<IReadOnlyList<CheckResult>> RunAsync(DemoChange change)
    {
        var (before, replaysBefore) = (steps.Outputs.Count, steps.Replays.Count);
        crash.ArmAfter(pages: 1);
        var execution = await steps.Console.PhaseAsync($"Change '{change.Key}' and start its replay", progress => ChangeAsync(change, progress));
        DemoConsole.Say($"TriggerReplay started {execution.Name}: {change.Affected.Count:N0} items to go");
        await steps.Console.PhaseAsync("Replay and enrich the affected items", progress => FollowReplayAsync(execution, change.Affected, before, progress));
        await steps.Console.PhaseAsync("Wait until nothing moves", steps.SettleAsync);
        var published = steps.Replays.Since(replaysBefore).Select(record => record.Key).ToList();
        return
        [
            .. steps.Check.AfterChange(change, execution.Name, steps.Outputs.Latest(), steps.Outputs.Since(before)),
            DemoCheck.Resumed(published, change.Affected, crash.InFlight),
        ];
    }

    private async Task<Execution> ChangeAsync(DemoChange change, Action<string> progress)
    {
        var service = steps.Runner.StepFunctions ?? throw new DemoException("The demo follows replays in the interpreter of its own: run it without STEPFUNCTIONS_ENDPOINT.");
        var known = service.Executions.Select(execution => execution.Arn).ToHashSet(StringComparer.Ordinal);
        await steps.PutRowAsync(change.Key, change.Row);
        Execution? started = null;
        await steps.WaitAsync(
            () => Task.FromResult((started = service.Executions.FirstOrDefault(execution => !known.Contains(execution.Arn))) is not null),
            () => $"stream read, {steps.Delivered("TriggerReplayFunction"):N0} changes seen by TriggerReplay", progress);
        return started!;
    }

    private async Task FollowReplayAsync(Execution execution, IReadOnlyList<string> affected, int before, Action<string> progress)
    {
        var service = steps.Runner.StepFunctions!;
        var store = new DynamoDbReplayStore(steps.Runner.DynamoDb, steps.Runner.Settings.ReplaysTable, new ReplayOptions(), TimeProvider.System);
        ReplayRecord? record = null;
        service.EventHappened += Tell;
        try
        {
            await steps.WaitAsync(
                async () =>
                {
                    record = await store.FindAsync(execution.Name, steps.CancellationToken);
                    return IsOver(service.Describe(execution.Arn)) && Reached(execution.Name, before) >= affected.Count;
                },
                () => $"{record?.IdsPublished ?? 0:N0} of {affected.Count:N0} ids in {record?.Pages ?? 0:N0} pages, {steps.Outputs.Count - before:N0} enriched again", progress);
        }
        finally
        {
            service.EventHappened -= Tell;
        }

        void Tell(ExecutionEvent happened)
        {
            if (happened.ExecutionArn == execution.Arn && happened.Type is "StateFailed" or "StateRetried")
                DemoConsole.Say(happened.Type == "StateFailed" ? $"{happened.State} failed: {Reason(happened.Cause)}" : $"{happened.State} tries again from its checkpoint");
        }
    }

    /// <exception cref="DemoException">It ended otherwise.</exception>
    public static bool IsOver(Execution execution) => execution.Status is Execution.Running or Execution.Succeeded
        ? execution.Status == Execution.Succeeded
        : throw new DemoException($"The replay ended {execution.Status}: {execution.Error} {execution.Cause}");

    private int Reached(string replayId, int before) => steps.Outputs.Since(before).Where(seen => seen.ReplayId == replayId).DistinctBy(seen => seen.Key).Count();

    // Lambda reports an error as {"errorType","errorMessage","stackTrace"}; people want the message.
    private static string Reason(string? cause)
    {
        var json = cause?.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at ? cause[at..] : "null";
        try
        {
            return (string?)JsonNode.Parse(json)?["errorMessage"] ?? cause ?? "no cause given";
        }
        catch (JsonException)
        {
            return cause!;
        }
    }
}

using System.Text.Json.Nodes;

namespace EntitySync.Local.Demo;

/// <summary>
/// Strategies broadcast and shuffle: the change fans out inside the join topology. The join host is killed in the middle and started again; afterwards
/// a replay of some ids is started by hand.
/// </summary>
internal sealed class FannedOutChange(DemoSteps steps)
{
    private const int ReplayedIds = 10;

    /// <summary>Acknowledgements of one broker take so long while the change fans out: long enough that the kill comes before the commit.</summary>
    private static readonly TimeSpan SlowBroker = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<CheckResult>> RunAsync(DemoChange change)
    {
        var before = steps.Outputs.Count;
        var executions = Executions();
        var atKill = await steps.Console.PhaseAsync($"Change '{change.Key}' and kill the join host in the middle", progress => ChangeAndKillAsync(change, before, progress));
        DemoConsole.Say($"Join host killed, uncommitted, when {atKill:N0} of {change.Affected.Count:N0} items had followed");
        await steps.Console.PhaseAsync("Start the join host again and let the change fan out", progress => RestartAsync(change, before, progress));
        await steps.Console.PhaseAsync("Wait until nothing moves", steps.SettleAsync);
        List<CheckResult> results = [.. steps.Check.AfterChange(change, null, steps.Outputs.Latest(), steps.Outputs.Since(before))];
        results.Add(DemoCheck.Killed(atKill, change.Affected.Count));
        results.Add(new CheckResult("the change started no replay", Executions() == executions, $"{Executions() - executions:N0} started"));
        results.Add(await ReplayAsync(change));
        return results;
    }

    private async Task<int> ChangeAndKillAsync(DemoChange change, int before, Action<string> progress)
    {
        steps.Runner.Kafka?.SetRoundTrip(1, SlowBroker);
        try
        {
            await steps.PutRowAsync(change.Key, change.Row);
            await steps.WaitAsync(() => Task.FromResult(Followed(change, before) > 0), () => $"{steps.Delivered("PublishReferenceFunction"):N0} changes published", progress);
            var followed = Followed(change, before);
            await steps.Runner.KillJoinHostAsync();
            return followed;
        }
        finally
        {
            steps.Runner.Kafka?.SetRoundTrip(1, TimeSpan.Zero);
        }
    }

    private async Task RestartAsync(DemoChange change, int before, Action<string> progress)
    {
        await steps.Runner.StartJoinHostAsync(steps.CancellationToken);
        await steps.WaitAsync(
            () => Task.FromResult(steps.Runner.JoinHost.Status.IsReady && Followed(change, before) >= change.Affected.Count),
            () => $"{Followed(change, before):N0} of {change.Affected.Count:N0} items followed; {HostState()}", progress);
    }

    /// <summary>A replay by hand of items that the change reached and of some it did not reach: each is emitted once, in its latest state.</summary>
    private async Task<CheckResult> ReplayAsync(DemoChange change)
    {
        if (steps.Runner.StepFunctions is not { } service) throw new DemoException("The demo starts a replay in the interpreter of its own: run it without STEPFUNCTIONS_ENDPOINT.");
        var ids = change.Affected.Take(ReplayedIds / 2).Union(steps.Data.Roots.Select(root => root.Key)).Take(ReplayedIds).ToList();
        var before = steps.Outputs.Count;
        var request = new JsonObject { ["entity"] = steps.Definition.Entity, ["ids"] = new JsonArray([.. ids.Select(id => JsonValue.Create(id))]) };
        var execution = await steps.Console.PhaseAsync($"Replay {ids.Count} ids by hand", async progress =>
        {
            var started = await service.StartExecutionAsync(steps.Runner.Settings.ReplayStateMachineArn, "by-hand", request.ToJsonString(), steps.CancellationToken);
            await steps.WaitAsync(
                () => Task.FromResult(ReplayedChange.IsOver(service.Describe(started.Arn)) && steps.Outputs.Count - before >= ids.Count),
                () => $"{service.Describe(started.Arn).Status}, {steps.Outputs.Count - before:N0} of {ids.Count} emitted", progress);
            return started;
        });
        return steps.Check.AfterReplay(change, execution.Name, ids, steps.Outputs.Since(before));
    }

    private int Followed(DemoChange change, int before)
    {
        var seen = steps.Outputs.Since(before).Select(record => record.Key).ToHashSet(StringComparer.Ordinal);
        return change.Affected.Count(seen.Contains);
    }

    private int Executions() => steps.Runner.StepFunctions?.Executions.Count() ?? 0;

    private string HostState() => string.Join(", ", steps.Runner.JoinHost.Status.Threads.Select(thread => $"thread {thread.Thread} {thread.State}"));
}

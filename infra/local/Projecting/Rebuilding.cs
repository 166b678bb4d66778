using System.Diagnostics;
using System.Text.Json.Nodes;
using EntitySync.Core.ReadModels;
using EntitySync.Local.Demo;
using EntitySync.Local.Runner;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.Projecting;

/// <summary>Starts the state machine as its console does, and follows it.</summary>
internal sealed class Rebuilding(LocalRunner runner, ReadModelRows rows, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private StepFunctionsService Service => runner.StepFunctions ?? throw new DemoException("The demo follows rebuilds in the interpreter of its own: run it without STEPFUNCTIONS_ENDPOINT.");

    /// <summary>Events that were filled, and how long it took.</summary>
    public long Events { get; private set; }

    public TimeSpan Time { get; private set; }

    /// <param name="stopsOnce">Stops the execution in the middle of the fill and starts another one, which goes on.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <returns>How many events were there already when the second execution began; 0 when it was not stopped.</returns>
    public async Task<long> RunAsync(bool stopsOnce, Action<string> progress)
    {
        var (watch, resumed) = (Stopwatch.StartNew(), 0L);
        var request = new JsonObject { ["readModel"] = rows.Name };
        var execution = await StartAsync(request);
        if (stopsOnce)
        {
            await WaitAsync(execution, async () => Service.Describe(execution.Arn).Status != Execution.Running || await FilledAsync() > 0, progress);
            await Service.StopAsync(execution.Arn, "Demo", "stopped in the middle on purpose", cancellationToken);
            resumed = await FilledAsync();
            execution = await StartAsync(request);
        }

        await FinishAsync(execution, progress);
        Time = watch.Elapsed;
        return resumed;
    }

    public async Task RollBackAsync(int version, Action<string> progress) => await FinishAsync(await StartAsync(new JsonObject { ["readModel"] = rows.Name, ["rollbackTo"] = version }), progress);

    private Task<Execution> StartAsync(JsonObject request) => Service.StartExecutionAsync(runner.StateMachines["RebuildReadModelStateMachine"], null, request.ToJsonString(), cancellationToken);

    private async Task FinishAsync(Execution execution, Action<string> progress)
    {
        await WaitAsync(execution, () => Task.FromResult(Service.Describe(execution.Arn).Status != Execution.Running), progress);
        var end = Service.Describe(execution.Arn);
        if (end.Status != Execution.Succeeded) throw new DemoException($"{rows.Name}: the execution {end.Status.ToLowerInvariant()}: {end.Error} {end.Cause}");
    }

    private async Task WaitAsync(Execution execution, Func<Task<bool>> condition, Action<string> progress)
    {
        var state = "";
        await WaitUntil.TrueAsync(
            async () =>
            {
                state = await DescribeAsync();
                return await condition();
            },
            () => state, progress, Patience, () => $"Execution {execution.Name}: {Service.Describe(execution.Arn)}", cancellationToken);
    }

    private async Task<string> DescribeAsync()
    {
        var checkpoints = await CheckpointsAsync();
        if (checkpoints.Count == 0) return "version and table are being made";
        Events = Math.Max(Events, checkpoints.Sum(checkpoint => checkpoint.Events));
        var (done, all) = (checkpoints.Sum(checkpoint => checkpoint.Next - checkpoint.First), checkpoints.Sum(checkpoint => Math.Max(checkpoint.End, checkpoint.Next) - checkpoint.First));
        return $"{checkpoints.Sum(checkpoint => checkpoint.Events):N0} events, {(all == 0 ? 100 : 100 * done / all)} %, {checkpoints.Count(checkpoint => checkpoint.IsCaughtUp)} of {checkpoints.Count} partitions caught up";
    }

    private async Task<long> FilledAsync() => (await CheckpointsAsync()).Sum(checkpoint => checkpoint.Events);

    private async Task<IReadOnlyList<FillCheckpoint>> CheckpointsAsync() =>
        await rows.StateAsync(cancellationToken) is { Building: { } building } ? await rows.Registry.GetCheckpointsAsync(new ReadModelVersionId(rows.Name, building), cancellationToken) : [];
}

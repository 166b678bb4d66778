using System.Diagnostics;
using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Kafka;
using EntitySync.Local.Reconciling;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;
using Spectre.Console;

namespace EntitySync.Local.Commands;

/// <summary><c>demo reconcile</c>: sends orders and products, invoices and payments in any order, kills handlers at random points, and checks what was shipped, paid and reported.</summary>
internal static class ReconcileCommand
{
    private const int Partitions = 3;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(int orders, int seed, RunnerLog log, CancellationToken cancellationToken)
    {
        await LocalSetup.EnsureAsync(Console.WriteLine, cancellationToken);
        var (console, total, now) = (new DemoConsole(), Stopwatch.StartNew(), DateTimeOffset.UtcNow);
        var data = ReconcileData.Generate(orders, seed, now);
        var (killer, tally) = (new HandlerKiller(ReconcileRun.Mortal, seed), new StatusTally());
        await using var runner = await console.PhaseAsync(
            "Start Kafka, DynamoDB and functions", progress => LocalRunner.StartAsync(Runner(data, killer, tally), log, progress, cancellationToken));
        await using var run = new ReconcileRun(runner, data, now, killer, tally, console, cancellationToken);
        var checks = await run.RunAsync();
        AnsiConsole.Write(run.Board.Picture());
        console.Summary(checks);
        Console.WriteLine($"{total.Elapsed.TotalSeconds:F1} s in all, {orders:N0} orders, {data.Count:N0} messages, seed {seed}.");
        return checks.All(check => check.Passed) ? 0 : 1;
    }

    private static RunnerOptions Runner(ReconcileData data, HandlerKiller killer, StatusTally tally) => new()
    {
        // The join host reads orders as well, for another entity; here it would only cost time.
        Includes = _ => false,
        AdjustReconciliation = definition => definition.Deadline?.After is null ? definition : definition with { Deadline = definition.Deadline with { After = ReconcileData.Deadline } },
        WrapReconciliations = table => killer.Wrap(tally.Watch(table)),
        WrapWriter = killer.Wrap,
        ScheduleEvery = SweepEvery,
        PartitionFactor = (int)Math.Max(1, Math.Ceiling(data.Bytes * 2.0 / (Partitions * EmbeddedKafka.BytesKeptPerPartition))),
    };
}

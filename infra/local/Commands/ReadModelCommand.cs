using System.Diagnostics;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Local.Demo;
using EntitySync.Local.Kafka;
using EntitySync.Local.Processes;
using EntitySync.Local.Projecting;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Commands;

/// <summary><c>demo read-model</c>: keeps two read models of orders, damages one, rebuilds it under live traffic, changes its definition and rebuilds it again.</summary>
internal static class ReadModelCommand
{
    private const int Partitions = 3;

    // Small, so that a rebuild that is stopped has something behind it and something before it.
    private const int RebuildPage = 100;

    public static async Task<int> RunAsync(int orders, int seed, RunnerLog log, CancellationToken cancellationToken)
    {
        await LocalSetup.EnsureAsync(Console.WriteLine, cancellationToken);
        var (console, total) = (new DemoConsole(), Stopwatch.StartNew());
        var data = OrderHistories.Generate(orders, seed, DateTimeOffset.UtcNow);
        var killer = new HandlerKiller([ReadModelRun.Project], seed);
        await using var guard = await RunGuard.StartAsync(cancellationToken);
        var definitions = new ChangedDefinitions(Checkout.PathOf("infra", "entities"), guard.Folder);
        await using var runner = await console.PhaseAsync(
            "Start Kafka, DynamoDB, Step Functions and functions", progress => LocalRunner.StartAsync(Runner(data, killer, definitions), log, progress, cancellationToken));
        await using var run = new ReadModelRun(runner, data, killer, definitions, console, cancellationToken);
        var checks = await run.RunAsync();
        console.Summary(checks);
        Console.WriteLine($"{total.Elapsed.TotalSeconds:F1} s in all, {orders:N0} orders, {data.Messages:N0} messages, seed {seed}.");
        return checks.All(check => check.Passed) ? 0 : 1;
    }

    private static RunnerOptions Runner(OrderHistories data, HandlerKiller killer, ChangedDefinitions definitions) => new()
    {
        DefinitionsPath = definitions.Folder,
        Includes = _ => false,
        WrapReadModels = killer.Wrap,
        WrapWriter = killer.Wrap,
        Rebuild = new RebuildOptions { PageRecords = RebuildPage, TablePause = TimeSpan.FromSeconds(1) },
        PartitionFactor = (int)Math.Max(1, Math.Ceiling(data.Bytes * 2.0 / (Partitions * EmbeddedKafka.BytesKeptPerPartition))),
    };
}

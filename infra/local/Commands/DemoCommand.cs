using System.Diagnostics;
using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Kafka;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Commands;

/// <param name="Folder">Data of the user's own; null for generated data.</param>
/// <param name="Strategy">Null for the definition's own.</param>
/// <param name="Definitions">Folder of the definitions; all of them run.</param>
internal sealed record DemoOptions(int Items, int Classes, int Seed, string? Folder, Strategy? Strategy, string Definitions);

internal static class DemoCommand
{
    /// <summary>The entity whose demo changes a row and lets a replay fail; the others' feed examples.</summary>
    public const string Entity = "item";

    /// <summary>Pages of the replay: small enough that a failure in one shows what a checkpoint is for.</summary>
    private const int Pages = 6;

    public static async Task<int> RunAsync(DemoOptions options, RunnerLog log, CancellationToken cancellationToken)
    {
        await LocalSetup.EnsureAsync(Console.WriteLine, cancellationToken);
        var console = new DemoConsole();
        if (!DefinitionSetup.Load(options.Definitions, options.Strategy, Entity).TryGet(Entity, out var definition))
            throw new DemoException($"There is no definition of entity '{Entity}' in {options.Definitions}.");
        var data = options.Folder is null ? DemoData.Generate(options.Items, options.Classes, options.Seed) : DemoData.Load(options.Folder, definition, definition.Relations[0]);
        var crash = new CrashOnce(definition.ReplayTopic());
        var total = Stopwatch.StartNew();
        DemoConsole.Say($"Strategy {definition.Relations[0].Strategy.ToString().ToLowerInvariant()}");
        await using var runner = await console.PhaseAsync(
            "Start Kafka, DynamoDB, Step Functions, functions and join host", progress => LocalRunner.StartAsync(Runner(options, data, crash), log, progress, cancellationToken));
        await using var steps = new DemoSteps(runner, Entity, data, console, cancellationToken);
        var checks = await new DemoRun(steps, crash).RunAsync();
        console.Summary(checks);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine($"{total.Elapsed.TotalSeconds:F1} s in all, at most {self.PeakWorkingSet64 / (1024 * 1024):N0} MiB in this process.");
        return checks.All(check => check.Passed) ? 0 : 1;
    }

    private static RunnerOptions Runner(DemoOptions options, DemoData data, CrashOnce crash) => new()
    {
        DefinitionsPath = options.Definitions,
        Strategy = options.Strategy,
        StrategyEntity = Entity,
        PartitionFactor = PartitionFactor(data),
        Adjust = adjusted => adjusted.Replay is null ? adjusted : adjusted with { Replay = adjusted.Replay with { PageSize = PageSize(data) } },
        WrapWriter = writer =>
        {
            crash.Inner = writer;
            return crash;
        },
    };

    // An item names two rows on average.
    private static int PageSize(DemoData data) => Math.Clamp(2 * data.Roots.Count / data.Rows.Count / Pages, 2, 1000);

    // Root bytes pass through four topics; outputs are a little larger than roots, and keys never spread quite evenly.
    private static int PartitionFactor(DemoData data) => (int)Math.Max(1, Math.Ceiling(data.RootBytes * 2.0 / (12 * EmbeddedKafka.BytesKeptPerPartition)));
}

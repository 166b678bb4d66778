using System.Diagnostics;
using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Examples;
using EntitySync.Local.Kafka;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Commands;

/// <param name="Entity">Whose example.</param>
/// <param name="Definitions">Folder of the definitions.</param>
/// <param name="Folder">Data of the user's own; null for <c>examples/ENTITY</c> beside the definitions.</param>
/// <param name="Strategy">Null for the definition's own.</param>
internal sealed record ExampleOptions(string Entity, string Definitions, string? Folder, Strategy? Strategy);

/// <summary><c>demo ENTITY</c>: runs the product with all definitions, feeds one entity with example records and compares what comes out with what is expected.</summary>
internal static class ExampleCommand
{
    /// <summary>Of a topic of which its definition says nothing.</summary>
    private const int Partitions = TopicProvision.DefaultPartitions;

    public static async Task<int> RunAsync(ExampleOptions options, RunnerLog log, CancellationToken cancellationToken)
    {
        var catalog = DefinitionSetup.Load(options.Definitions, options.Strategy, options.Entity);
        if (!catalog.TryGet(options.Entity, out var definition)) throw new DemoException(catalog.DescribeUnknown(options.Entity));
        var data = ExampleData.Load(definition, options.Folder ?? Path.Combine(options.Definitions, "examples", options.Entity));
        await LocalSetup.EnsureAsync(Console.WriteLine, cancellationToken);
        var (console, total, run) = (new DemoConsole(), Stopwatch.StartNew(), new ExampleRun(definition, data));
        DemoConsole.Say($"Entity {definition.Entity}: {string.Join(", ", definition.AllRelations.Select(relation => $"{relation.Name} {relation.Strategy.ToString().ToLowerInvariant()}"))}");
        await using var runner = await console.PhaseAsync(
            $"Start the product with {catalog.Names}", progress => LocalRunner.StartAsync(Runner(options, data, run), log, progress, cancellationToken));
        var checks = await run.RunAsync(runner, console.PhaseAsync, cancellationToken);
        console.Summary(checks);
        Console.WriteLine($"{total.Elapsed.TotalSeconds:F1} s in all, {data.Records:N0} records.");
        return checks.All(check => check.Passed) ? 0 : 1;
    }

    private static RunnerOptions Runner(ExampleOptions options, ExampleData data, ExampleRun run) => new()
    {
        DefinitionsPath = options.Definitions,
        Strategy = options.Strategy,
        StrategyEntity = options.Entity,
        BeforeJoinHost = run.WriteEarlyAsync,
        PartitionFactor = (int)Math.Max(1, Math.Ceiling(data.LargestTopic * 2.0 / (Partitions * EmbeddedKafka.BytesKeptPerPartition))),
    };
}

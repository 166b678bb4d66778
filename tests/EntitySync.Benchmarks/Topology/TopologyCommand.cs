using System.CommandLine;
using EntitySync.Benchmarks.Topology.Broker;
using EntitySync.Benchmarks.Topology.InProcess;
using EntitySync.Core.Errors;
using EntitySync.Local.Setup;

namespace EntitySync.Benchmarks.Topology;

/// <summary>The command line of <c>topology</c>.</summary>
internal static class TopologyCommand
{
    private static readonly Option<int[]> Items = new("--items") { Description = "Numbers of items, one table each. Default: 200000 2000000, on a broker 200000.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Runs = Number("--runs", "Runs of each contender; they take turns.", 5);
    private static readonly Option<int> Seed = Number("--seed", "Seed of the items.", 1);
    private static readonly Option<int> LeastUpdates = Number("--updates", "In process: records of a measured stretch, at least; fewer items go round several times.", 400_000);
    private static readonly Option<int> LiveRate = Number("--live-rate", "In process: live updates a second while a fan-out runs.", 10_000);
    private static readonly Option<int> Step = Number("--step", "In process: items a fan-out visits before live updates are looked at again.", 1_000);
    private static readonly Option<int> CommitRecords = Number("--commit", "In process: records and visits between two commits.", 10_000);
    private static readonly Option<bool> WithoutNaive = new("--without-naive") { Description = "In process: leave the naive join out, for a profiler." };
    private static readonly Option<string?> Bootstrap = new("--bootstrap") { Description = "HOST:PORT of a broker to run end to end on (KAFKA_SECURITY_PROTOCOL: plaintext unless set), or 'embedded' for the mock cluster of infra/local, which is no real broker." };
    private static readonly Option<string?> Save = new("--save") { Description = "File to write the tables to as well." };

    public static Command Build()
    {
        var command = new Command("topology", "The join topology of items and their delivery classes: in process on one core beside a naive join, or on a broker beside a bare copy.")
        {
            Items, Runs, Seed, LeastUpdates, LiveRate, Step, CommitRecords, WithoutNaive, Bootstrap, Save,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(Options(parsed), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TopologyOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var tables = options.Bootstrap is null
                ? await Task.Run(() => InProcessBenchmark.Run(options, Progress, cancellationToken), cancellationToken)
                : await BrokerBenchmark.RunAsync(options, Progress, cancellationToken);
            Console.WriteLine();
            Console.WriteLine(tables);
            if (options.Save is not null) await File.WriteAllTextAsync(options.Save, tables, cancellationToken);
            return 0;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }
        catch (Exception problem) when (problem is BenchmarkException or EntitySyncException or SetupException or FormatException or IOException)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 1;
        }
    }

    private static void Progress(string line) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");

    private static TopologyOptions Options(ParseResult parsed) => new()
    {
        Items = parsed.GetValue(Items) is { Length: > 0 } items ? items : parsed.GetValue(Bootstrap) is null ? [200_000, 2_000_000] : [200_000],
        Runs = parsed.GetValue(Runs),
        Seed = parsed.GetValue(Seed),
        LeastUpdates = parsed.GetValue(LeastUpdates),
        LiveUpdatesPerSecond = parsed.GetValue(LiveRate),
        FanoutStep = parsed.GetValue(Step),
        CommitRecords = parsed.GetValue(CommitRecords),
        WithoutNaive = parsed.GetValue(WithoutNaive),
        Bootstrap = parsed.GetValue(Bootstrap),
        Save = parsed.GetValue(Save),
    };

    private static Option<int> Number(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1) result.AddError($"{name} must be at least 1.");
        });
        return option;
    }
}

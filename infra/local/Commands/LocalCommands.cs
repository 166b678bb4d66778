using System.CommandLine;
using System.Diagnostics;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Local.Demo;
using EntitySync.Local.Processes;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;
using Spectre.Console;

namespace EntitySync.Local.Commands;

/// <summary>The command line: <c>up</c>, <c>demo</c>, <c>setup</c>, <c>validate</c>, <c>explain</c>, <c>try</c>, <c>new</c>, <c>follow</c>, <c>advise</c>, <c>synth</c>.</summary>
internal static class LocalCommands
{
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Print the log of all parts.", Recursive = true };

    private static readonly Option<Strategy?> StrategyOption = Strategies("Strategy of all relations instead of what the definition of the demo's entity says (up: of all definitions that can take it); the result is the same.");

    private static readonly Option<DirectoryInfo> Definitions = new Option<DirectoryInfo>("--definitions") { Description = "Folder of the definitions; default: infra/entities. All of them run." }.AcceptExistingOnly();

    public static RootCommand Build() => new("EntitySync on one machine: the deployed functions, definitions and state machine with an embedded Kafka, DynamoDB Local and a Step Functions interpreter.")
    {
        Verbose, Up(), Demo(), Setup(), ValidateCommand.Build(), ExplainCommand.Build(), TryCommand.Build(), NewCommand.Build(), FollowCommand.Build(), AdviseCommand.Build(), SynthCommand.Build(),
    };

    private static Command Up()
    {
        var http = Port("--http-port", "the reference API");
        var stepFunctions = Port("--stepfunctions-port", "the Step Functions endpoint");
        var join = Port("--join-port", "the join host's health and status endpoints");
        var command = new Command("up", "Start everything, print where it listens, and run until Ctrl-C.") { http, stepFunctions, join, StrategyOption, Definitions };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, log => UpCommand.RunAsync(
            new RunnerOptions
            {
                HttpPort = parsed.GetValue(http),
                StepFunctionsPort = parsed.GetValue(stepFunctions),
                JoinPort = parsed.GetValue(join),
                Strategy = parsed.GetValue(StrategyOption),
                DefinitionsPath = DefinitionsOf(parsed),
            },
            log,
            cancellationToken)));
        return command;
    }

    private static Command Demo()
    {
        var items = new Option<int>("--items") { Description = "Items to generate.", DefaultValueFactory = _ => 20_000 };
        var classes = new Option<int>("--classes") { Description = "Delivery classes to generate.", DefaultValueFactory = _ => 50 };
        var seed = new Option<int>("--seed") { Description = "Seed of the generated data.", DefaultValueFactory = _ => 1 };
        var folder = new Option<DirectoryInfo>("--data") { Description = "Folder with records of your own: TOPIC.ndjson, one JSON object a line." };
        folder.AcceptExistingOnly();
        items.Validators.Add(result => Between(result, 1, 1_000_000));
        classes.Validators.Add(result => Between(result, 1, 10_000));
        var entity = new Argument<string>("entity") { Description = "Another entity than item: feed it with its example records, and compare what comes out with expected.ndjson.", DefaultValueFactory = _ => DemoCommand.Entity };
        entity.Validators.Add(result =>
        {
            // Any text may be an argument, so a misspelt option would be taken for the name of an entity.
            if (result.Tokens is [{ Value: ['-', ..] } token]) result.AddError($"'{token.Value}' is no option of demo.");
        });
        var command = new Command("demo", "Load items and delivery classes, change one class, and check that every affected item follows. Exit status 1 when a check fails.")
        {
            entity, items, classes, seed, folder, StrategyOption, Definitions, Reconcile(), ReadModel(),
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, log => parsed.GetValue(entity) is { } name && name != DemoCommand.Entity
            ? ExampleCommand.RunAsync(new ExampleOptions(name, DefinitionsOf(parsed), parsed.GetValue(folder)?.FullName, parsed.GetValue(StrategyOption)), log, cancellationToken)
            : DemoCommand.RunAsync(
                new DemoOptions(parsed.GetValue(items), parsed.GetValue(classes), parsed.GetValue(seed), parsed.GetValue(folder)?.FullName, parsed.GetValue(StrategyOption), DefinitionsOf(parsed)),
                log,
                cancellationToken)));
        return command;
    }

    private static Command Reconcile()
    {
        var orders = new Option<int>("--orders") { Description = "Orders to generate; a quarter as many invoices come with them.", DefaultValueFactory = _ => 1_000 };
        var seed = new Option<int>("--seed") { Description = "Seed of what is sent and of who is killed.", DefaultValueFactory = _ => 1 };
        orders.Validators.Add(result => Between(result, 1, 100_000));
        var command = new Command(
            "reconcile",
            "Send orders and products, invoices and payments in any order, kill handlers at random points, and check that each complete order is shipped exactly once. Exit status 1 when a check fails.")
        {
            orders, seed,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, log => ReconcileCommand.RunAsync(parsed.GetValue(orders), parsed.GetValue(seed), log, cancellationToken)));
        return command;
    }

    private static Command ReadModel()
    {
        var orders = new Option<int>("--orders") { Description = "Orders to generate.", DefaultValueFactory = _ => 400 };
        var seed = new Option<int>("--seed") { Description = "Seed of what is sent and of who is killed.", DefaultValueFactory = _ => 1 };
        orders.Validators.Add(result => Between(result, 200, 100_000));
        var command = new Command(
            "read-model",
            "Keep two read models of the same orders, damage one, rebuild it under live traffic, add a field and rebuild it again, and check that no reader notices. Exit status 1 when a check fails.")
        {
            orders, seed,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, log => ReadModelCommand.RunAsync(parsed.GetValue(orders), parsed.GetValue(seed), log, cancellationToken)));
        return command;
    }

    private static Command Setup()
    {
        var command = new Command("setup", "Install what up, demo and the integration tests need (they do it themselves when it is missing).");
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, async _ =>
        {
            await LocalSetup.EnsureAsync(Console.WriteLine, cancellationToken);
            Console.WriteLine($"Everything is in {LocalCache.Root}");
            return 0;
        }));
        return command;
    }

    private static string DefinitionsOf(ParseResult parsed) => parsed.GetValue(Definitions)?.FullName ?? Checkout.PathOf("infra", "entities");

    private static Option<int> Port(string name, string of)
    {
        var option = new Option<int>(name) { Description = $"Port of {of}; 0 lets the system choose.", DefaultValueFactory = _ => 0 };
        option.Validators.Add(result => Between(result, 0, 65_535));
        return option;
    }

    // Words as the definitions have them; the parser itself would take the model's names and any number.
    internal static Option<Strategy?> Strategies(string description)
    {
        var words = Enum.GetNames<Strategy>().Select(name => name.ToLowerInvariant()).ToArray();
        var option = new Option<Strategy?>("--strategy")
        {
            Description = description,
            CustomParser = result => Enum.Parse<Strategy>(result.Tokens[0].Value, ignoreCase: true),
        };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    /// <summary>An option with a number between bounds, or none.</summary>
    internal static Option<int?> Number(string name, string description, int least, int most)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result => Between(result, least, most));
        return option;
    }

    /// <param name="file">A file, or the name of an entity in infra/entities.</param>
    internal static string DefinitionFile(string file)
    {
        if (File.Exists(file)) return file;
        var named = Checkout.PathOf("infra", "entities", file + ".yaml");
        return File.Exists(named) ? named : file;
    }

    private static void Between(System.CommandLine.Parsing.OptionResult result, int least, int most)
    {
        if (result.Tokens is not [var token] || !int.TryParse(token.Value, out var value)) return; // what is no number the parser says itself
        if (value < least || value > most) result.AddError($"{result.Option.Name} is {value}: {least} to {most} is allowed.");
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<RunnerLog, Task<int>> command)
    {
        var log = new RunnerLog(parsed.GetValue(Verbose) ? LogLevel.Information : LogLevel.Critical);
        try
        {
            // First of all: from here on even SIGKILL leaves nothing of this process behind.
            await using var guard = await RunGuard.StartAsync();
            return await command(log);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return 130;
        }
        catch (Exception exception) when (exception is DemoException or SetupException or EntitySyncException or InvalidDataException or FormatException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }
}

using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Hooks;
using EntitySync.Local.Demo;
using EntitySync.Local.Try;

namespace EntitySync.Local.Commands;

/// <summary><c>try</c>: runs a definition over files, in this process: no broker, no containers, no functions.</summary>
internal static class TryCommand
{
    private const int MostPartitions = 100;
    private const int MostOrders = 10_000;

    private static readonly Argument<string> FileArgument = new("FILE") { Description = "Definition file, or the name of an entity in infra/entities." };
    private static readonly Option<string> Data = new("--data") { Description = "Folder with TOPIC.ndjson for the root and each relation, and, to be compared with, expected.ndjson and dead-letters.ndjson; examples/ENTITY beside the definition when not given.", HelpName = "FOLDER" };
    private static readonly Option<int?> Seed = new("--seed") { Description = "Let the records of all topics arrive mixed, in the order that the seed makes; those of one key stay in theirs. Without it: file by file, related rows first." };
    private static readonly Option<int?> Orders = LocalCommands.Number("--orders", "Compare the last outputs of so many orders of arrival, of this seed and the following ones, with those of the files' order. Exit status 1 when they differ.", 1, MostOrders);
    private static readonly Option<Strategy?> StrategyOption = LocalCommands.Strategies("Strategy of all relations instead of what the definition says.");
    private static readonly Option<int?> Partitions = LocalCommands.Number("--partitions", $"Partitions of every topic; {TryOptions.DefaultPartitions} when not given.", 1, MostPartitions);
    private static readonly Option<bool> Last = new("--last") { Description = "Print only the last output of each key, by ascending key." };
    private static readonly Option<bool> Strict = new("--strict") { Description = "Exit status 1 when there are dead letters." };

    public static Command Build()
    {
        var command = new Command("try", "Run a definition over NDJSON files, without broker: outputs go to standard output as {\"$key\":...,\"$value\":...}, dead letters and the summary to standard error.")
        {
            FileArgument, Data, Seed, Orders, StrategyOption, Partitions, Last, Strict,
        };
        command.SetAction((parsed, cancellationToken) => Task.Run(() => Run(parsed, cancellationToken), CancellationToken.None)); // on a thread of its own, so that Ctrl-C is heard
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            return new TrySession(Options(parsed), output, error, cancellationToken).Run();
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped.");
            return 130;
        }
        catch (Exception exception) when (exception is DemoException or EntitySyncException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static TryOptions Options(ParseResult parsed) => new(
        LocalCommands.DefinitionFile(parsed.GetRequiredValue(FileArgument)),
        parsed.GetValue(Data),
        parsed.GetValue(StrategyOption),
        parsed.GetValue(Seed),
        parsed.GetValue(Orders),
        parsed.GetValue(Partitions) ?? TryOptions.DefaultPartitions,
        parsed.GetValue(Last),
        parsed.GetValue(Strict),
        Environment.GetEnvironmentVariable(HookLoader.FolderVariable) is { Length: > 0 } folder ? folder : null);
}

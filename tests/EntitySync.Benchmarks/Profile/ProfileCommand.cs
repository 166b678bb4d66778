using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Benchmarks.Profile;

/// <summary>The command line of <c>profile</c>.</summary>
internal static class ProfileCommand
{
    private static readonly Option<int> Users = Number("--users", "Users; each has a payment.", 100_000, least: 100);
    private static readonly Option<int> Stars = Number("--stars", "Stars; a tenth of them are of one repo, as far as there are users.", 1_000_000, least: 100);
    private static readonly Option<int> Repos = Number("--repos", "Repos.", 50_000, least: 100);
    private static readonly Option<int> PullRequests = Number("--pull-requests", "Pull requests.", 500_000, least: 100);
    private static readonly Option<int> Runs = Number("--runs", "Runs; the median counts.", 3);
    private static readonly Option<int> Seed = Number("--seed", "Seed of the rows.", 1);
    private static readonly Option<int> Changes = Number("--changes", "Changes of each kind in a measured stretch.", 2_000);
    private static readonly Option<int> LiveRate = Number("--live-rate", "Live changes a second beside the fan-out of the hot repo.", 1_000);
    private static readonly Option<int> Step = Number("--step", "Rows a fan-out visits before live changes are looked at again.", 200);
    private static readonly Option<int> TopicStep = Number("--topic-step", "Records taken of an internal topic before the next one has its turn.", 100);
    private static readonly Option<Strategy[]> Strategies = new("--strategy") { Description = "Of all relations: shuffle (default), broadcast, or both.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Save = new("--save") { Description = "File to write the tables to as well." };

    public static Command Build()
    {
        var command = new Command("profile", "The join topology of user profiles, nested stars included, in process on one core.")
        {
            Users, Stars, Repos, PullRequests, Strategies, Runs, Seed, Changes, LiveRate, Step, TopicStep, Save,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(Options(parsed), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ProfileOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var tables = await Task.Run(() => ProfileBenchmark.Run(options, Progress, cancellationToken), cancellationToken);
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
        catch (Exception problem) when (problem is EntitySyncException or IOException)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 1;
        }
    }

    private static void Progress(string line) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {line}");

    private static ProfileOptions Options(ParseResult parsed) => new()
    {
        Size = new ProfileSize(parsed.GetValue(Users), parsed.GetValue(Stars), parsed.GetValue(Repos), parsed.GetValue(PullRequests)),
        Strategies = parsed.GetValue(Strategies) is { Length: > 0 } strategies ? strategies : [Strategy.Shuffle],
        Runs = parsed.GetValue(Runs),
        Seed = parsed.GetValue(Seed),
        Changes = parsed.GetValue(Changes),
        LiveChangesPerSecond = parsed.GetValue(LiveRate),
        FanoutStep = parsed.GetValue(Step),
        TopicStep = parsed.GetValue(TopicStep),
        Save = parsed.GetValue(Save),
    };

    private static Option<int> Number(string name, string description, int value, int least = 1)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < least) result.AddError($"{name} must be at least {least}.");
        });
        return option;
    }
}

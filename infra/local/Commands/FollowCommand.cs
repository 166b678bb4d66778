using System.CommandLine;
using EntitySync.Local.Following;

namespace EntitySync.Local.Commands;

/// <summary><c>follow</c>: prints a feed from its beginning, one line an entry, and goes on with what comes. An example of how a program without a Kafka client reads a topic.</summary>
internal static class FollowCommand
{
    private const int LongestPause = 3_600;

    private static readonly Argument<Uri> Address = new("URL")
    {
        Description = "Address of the feed, such as http://localhost:8080/feeds/items-merged.",
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https") return address;
            result.AddError($"'{result.Tokens[0].Value}' is no http address.");
            return null;
        },
    };

    private static readonly Option<string> State = new("--state") { Description = "File that remembers the place after each page; a follower that starts again goes on from there.", HelpName = "FILE" };
    private static readonly Option<bool> Once = new("--once") { Description = "End when the newest entry is printed." };
    private static readonly Option<int?> Every = LocalCommands.Number("--every", "Seconds between looks at the newest page; 5 when not given.", 1, LongestPause);

    public static Command Build()
    {
        var command = new Command("follow", "Print the entries of a feed, oldest first, each once: one JSON object a line with id, key and value. Ctrl-C ends it behind a page.") { Address, State, Once, Every };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
            await using var output = Console.OpenStandardOutput();
            var run = new FollowRun(http, parsed.GetRequiredValue(Address), parsed.GetValue(State), output, parsed.InvocationConfiguration.Error, TimeProvider.System);
            try
            {
                await run.RunAsync(parsed.GetValue(Once), TimeSpan.FromSeconds(parsed.GetValue(Every) ?? 5), cancellationToken);
                return 0;
            }
            catch (OperationCanceledException)
            {
                return 0;
            }
            catch (Exception exception) when (exception is FollowException or IOException or UnauthorizedAccessException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
                return 1;
            }
        });
        return command;
    }
}

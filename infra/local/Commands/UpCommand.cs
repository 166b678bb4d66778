using EntitySync.Local.Runner;
using EntitySync.Local.Setup;
using Spectre.Console;

namespace EntitySync.Local.Commands;

internal static class UpCommand
{
    public static async Task<int> RunAsync(RunnerOptions options, RunnerLog log, CancellationToken cancellationToken)
    {
        await LocalSetup.EnsureAsync(Console.WriteLine, cancellationToken);
        await using var runner = await LocalRunner.StartAsync(options, log, part => Console.WriteLine($"starting {part}"), cancellationToken);
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Part", "Listens at", "Use");
        foreach (var (part, address, use) in runner.Addresses) table.AddRow(Markup.Escape(part), Markup.Escape(address), Markup.Escape(use));
        AnsiConsole.Write(table);
        Console.WriteLine("Any AWS credentials will do, e.g. AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1. Ctrl-C stops everything.");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Stopping.");
        }

        return 0;
    }
}

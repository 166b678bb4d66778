using EntitySync.Local.Runner;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Commands;

internal static class UpCommand
{
    public static async Task<int> RunAsync(RunnerOptions options, RunnerLog log, CancellationToken cancellationToken)
    {
        await LocalSetup.EnsureAsync(Console.WriteLine, cancellationToken);
        await using var runner = await LocalRunner.StartAsync(options, log, part => Console.WriteLine($"starting {part}"), cancellationToken);
        Console.WriteLine();
        foreach (var (part, address, use) in runner.Addresses)
        {
            Console.WriteLine($"{part,-15} {address}");
            Console.WriteLine($"{"",-15} {use}");
        }

        Console.WriteLine();
        Console.WriteLine("Any AWS credentials will do: AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1");
        Console.WriteLine("Ctrl-C stops everything.");
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

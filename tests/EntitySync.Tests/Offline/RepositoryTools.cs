using System.Diagnostics;

namespace EntitySync.Tests.Offline;

/// <summary>Runs the repository's own build steps as a developer would.</summary>
internal static class RepositoryTools
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    public static string Root => EntitySync.Local.Runner.Checkout.Root;

    public static string OfflineFolder => Path.Combine(Root, "infra", "offline");

    /// <summary>Runs a command in the repository's root and waits for its end; a command that outlives the deadline is killed with its children.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string command, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        // Left over from `dotnet test`, these would tie the inner build to the outer one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Deadline);
        using var process = Process.Start(start).ShouldNotBeNull();
        try
        {
            var printed = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await printed + await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}

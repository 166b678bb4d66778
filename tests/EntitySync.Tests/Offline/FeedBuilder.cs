using System.Diagnostics;

namespace EntitySync.Tests.Offline;

/// <summary>Runs infra/offline/build-feed.sh into a folder of its own.</summary>
internal static class FeedBuilder
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    public static string OfflineFolder => Path.Combine(RepositoryRoot(), "infra", "offline");

    public static async Task BuildAsync(string output, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(OfflineFolder, "build-feed.sh"));
        start.ArgumentList.Add(output);
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
            process.ExitCode.ShouldBe(0, $"{await printed}{await errors}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EntitySync.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("No EntitySync.sln above the test assembly.");
    }
}

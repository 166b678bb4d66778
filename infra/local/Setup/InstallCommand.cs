using System.Diagnostics;
using EntitySync.Local.Processes;

namespace EntitySync.Local.Setup;

/// <summary>Runs one installing command to its end: output to a log file, a progress line every few seconds. It ends, with its whole tree, on cancellation and with this process.</summary>
/// <param name="What">What it does, for progress and errors.</param>
/// <param name="Log">Name of its log file in the cache's <c>logs</c> folder.</param>
internal sealed record InstallCommand(string What, string Log, string Folder, string Program, params string[] Arguments)
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(15);

    /// <summary>Added to the environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <exception cref="SetupException">It failed; the message names the command and the log.</exception>
    public async Task RunAsync(SetupRun run)
    {
        var file = LocalCache.Path("logs", Log);
        var death = await RunToEndAsync(run, file);
        if (death.ExitCode == 0) return;
        var lines = string.Concat(death.LastLines.TakeLast(8).Select(line => System.Environment.NewLine + "  " + line));
        throw new SetupException($"{What} failed: '{Program} {string.Join(' ', Arguments)}' ended with {death.ExitCode}. Its output is in {file}; the last lines:{lines}");
    }

    private async Task<ChildDeath> RunToEndAsync(SetupRun run, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await using var log = TextWriter.Synchronized(new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true });
        await log.WriteLineAsync($"$ {Program} {string.Join(' ', Arguments)}");
        var command = new ChildCommand(What, Program, Arguments) { WorkingFolder = Folder, Environment = Surroundings(), OnLine = log.WriteLine };
        await using var child = ChildProcess.Start(run.Guard, command);
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(ProgressEvery);
        while (true)
        {
            var tick = timer.WaitForNextTickAsync(run.CancellationToken).AsTask();
            if (await Task.WhenAny(child.Ended, tick) == child.Ended) return await child.Ended;
            await tick;
            run.Progress($"{What}: {watch.Elapsed.TotalSeconds:F0} s so far");
        }
    }

    private Dictionary<string, string?> Surroundings()
    {
        var surroundings = new Dictionary<string, string?>(Environment)
        {
            ["JOBS"] = null,    // node-rdkafka's build breaks when it is set
            ["npm_config_update_notifier"] = "false",
            ["DEBIAN_FRONTEND"] = "noninteractive",
        };
        return surroundings;
    }
}

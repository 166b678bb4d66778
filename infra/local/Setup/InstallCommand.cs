using System.Diagnostics;

namespace EntitySync.Local.Setup;

/// <summary>Runs one installing command to its end: output to a log file, a progress line every few seconds, killed with its children on cancellation.</summary>
internal static class InstallCommand
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(string what, string logFile, string folder, Action<string> progress, string command, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Remove("JOBS");   // node-rdkafka's build breaks when it is set
        start.Environment["npm_config_update_notifier"] = "false";
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        Directory.CreateDirectory(Path.GetDirectoryName(logFile)!);
        await using var log = new StreamWriter(logFile, append: true);
        using var process = Process.Start(start) ?? throw new SetupException($"{command} did not start.");
        process.StandardInput.Close();
        var gate = new Lock();
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var watch = Stopwatch.StartNew();
        try
        {
            while (await Task.WhenAny(process.WaitForExitAsync(cancellationToken), Task.Delay(ProgressEvery, cancellationToken)) is { } first && !process.HasExited)
            {
                await first;
                progress($"{what}: {watch.Elapsed.TotalSeconds:F0} s so far");
            }
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new SetupException($"{what} failed: '{command} {string.Join(' ', arguments)}' ended with {process.ExitCode}. Its output is in {logFile}");

        void Write(string? line)
        {
            if (line is null) return;
            lock (gate) log.WriteLine(line);
        }
    }
}

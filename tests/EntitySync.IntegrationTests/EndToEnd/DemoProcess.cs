using System.Diagnostics;
using System.Text;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>
/// The local runner's program as a person starts it, with a temporary folder of its own: what is left in that folder, and every process that still
/// carries its name in the environment, is something the program left behind.
/// </summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public DemoProcess(params string[] arguments)
    {
        Temp = Directory.CreateTempSubdirectory("entitysync-test-").FullName;
        var program = Path.Combine(AppContext.BaseDirectory, "entitysync.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["TMPDIR"] = Temp;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Temp { get; }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public async Task<int> ExitAsync(TimeSpan within)
    {
        await _process.WaitForExitAsync().WaitAsync(within);
        return _process.ExitCode;
    }

    public Task UntilPrintedAsync(string text, TimeSpan within) => UntilAsync(() => Output.Contains(text, StringComparison.Ordinal) || _process.HasExited, within, () => $"'{text}' in: {Output}");

    /// <summary>SIGKILL, to this process alone.</summary>
    public void Kill() => _process.Kill();

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The checks that it printed, a row of a table each: │ check │ ok │ found │.</summary>
    public IEnumerable<(string Check, string Result)> Results() =>
        from line in Output.Split('\n')
        let cells = line.Split('│', StringSplitOptions.TrimEntries)
        where cells is [_, _, "ok" or "FAILED", ..]
        select (cells[1], cells[2]);

    /// <summary>Ends when no process of this run and no file of it is left.</summary>
    public Task UntilNothingIsLeftAsync(TimeSpan within) => UntilAsync(
        () => Directory.GetFileSystemEntries(Temp).Length == 0 && LivingProcesses().Count == 0,
        within,
        () => $"nothing left, but: {string.Join(", ", Directory.GetFileSystemEntries(Temp))} {string.Join(", ", LivingProcesses())}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Temp, recursive: true);
    }

    private List<string> LivingProcesses() =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           let id = Path.GetFileName(folder)
           where int.TryParse(id, out _) && Read(Path.Combine(folder, "environ")).Contains(Temp, StringComparison.Ordinal)
           select $"{id} {Read(Path.Combine(folder, "cmdline")).Replace('\0', ' ')}",
    ];

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static async Task UntilAsync(Func<bool> condition, TimeSpan within, Func<string> wanted)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var deadline = new CancellationTokenSource(within);
        try
        {
            while (!condition()) await timer.WaitForNextTickAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Waited {within.TotalSeconds} s for {wanted()}");
        }
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}

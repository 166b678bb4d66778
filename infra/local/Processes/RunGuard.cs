using System.Collections.Concurrent;
using System.Diagnostics;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Processes;

/// <summary>
/// One run of the local runner: a temporary folder, and a small shell process that ends the run's children and removes its files when this
/// process dies, even by SIGKILL. Runs are independent of each other. <see cref="DisposeAsync"/> does the same in order.
/// </summary>
public sealed class RunGuard : IAsyncDisposable
{
    // The guard's pipe must stay open as long as this process lives, also when the owner forgets the object.
    private static readonly ConcurrentDictionary<RunGuard, bool> Living = new();

    private readonly Process _process;
    private readonly Lock _writing = new();
    private bool _disposed;

    private RunGuard(Process process, string folder)
    {
        _process = process;
        Folder = folder;
        Living[this] = true;
    }

    /// <summary>Full path of this run's own folder; it exists until the run ends.</summary>
    public string Folder { get; }

    public static async Task<RunGuard> StartAsync(CancellationToken cancellationToken = default)
    {
        var temp = Path.TrimEndingDirectorySeparator(Path.GetTempPath());
        var folder = Path.Combine(temp, $"entitysync-run-{Environment.ProcessId}-{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}");
        var (program, arguments) = UnixProcess.Shell(GuardScript.Text, "entitysync-guard", temp, folder,
            Environment.ProcessId.ToString(), (ParentWatch.DotnetRun ?? 0).ToString());
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var guard = new RunGuard(Process.Start(start)!, folder);
        if (await guard._process.StandardOutput.ReadLineAsync(cancellationToken) == "ready") return guard;
        var error = await guard._process.StandardError.ReadToEndAsync(cancellationToken);
        await guard.DisposeAsync();
        throw new SetupException($"The folder {folder} could not be made: {error.Trim()}");
    }

    /// <summary>The guard ends this child, with its process group, when the run ends.</summary>
    internal void Watch(int pid) => Tell($"child {pid}");

    /// <summary>The child has ended: its number may be given to another process.</summary>
    internal void Forget(int pid) => Tell($"gone {pid}");

    /// <summary>The guard also removes this folder, whose name ends in <c>.part-</c> and our process id; null: no more.</summary>
    internal void RemoveWhenKilled(string? partialFolder) => Tell($"part {partialFolder}");

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        Living.TryRemove(this, out _);
        Tell("finished");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _process.WaitForExitAsync(deadline.Token);
        _process.Dispose();
    }

    private void Tell(string line)
    {
        lock (_writing)
        {
            if (_disposed && line != "finished") return;
            try
            {
                _process.StandardInput.WriteLine(line);
                _process.StandardInput.Flush();
            }
            catch (IOException exception)
            {
                // Only a person with a kill command brings this about. The run goes on, but says so.
                Console.Error.WriteLine($"The guard of this run has ended ({exception.Message}); {Folder} may stay behind.");
            }
        }
    }
}

using System.Diagnostics;
using System.Text;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Processes;

/// <summary>How a child ended.</summary>
/// <param name="ExitCode">128 + n after signal n.</param>
/// <param name="LastLines">The last lines it wrote, oldest first.</param>
public sealed record ChildDeath(string Name, int ExitCode, IReadOnlyList<string> LastLines)
{
    public override string ToString() => $"{Name} ended with {ExitCode}.{string.Concat(LastLines.TakeLast(20).Select(line => Environment.NewLine + "  " + line))}";
}

/// <summary>What to start.</summary>
/// <param name="Name">How messages call it.</param>
/// <param name="Pipes">True: <see cref="ChildProcess.StandardInput"/> and <see cref="ChildProcess.StandardOutput"/> are the caller's, and the child ends by itself
/// when its input closes. False: it has no input, and its output goes to the last lines.</param>
public sealed record ChildCommand(string Name, string Program, IReadOnlyList<string> Arguments, bool Pipes = false)
{
    /// <summary>Added to this process's own environment; null removes a name.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Default: the run's folder.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>Gets every line of output and errors as well, from several threads.</summary>
    public Action<string>? OnLine { get; init; }
}

/// <summary>A process that never outlives this one: the <see cref="RunGuard"/> knows it before it begins.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    // The shell waits for a line until the guard knows its number; then it becomes the program, under the same number.
    private const string WaitThenBecome = "read -r go && exec \"$@\"";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly RunGuard _run;
    private readonly Process _process;
    private readonly ChildCommand _command;
    private readonly LastLines _lines = new();
    private volatile bool _stopping;

    private ChildProcess(RunGuard run, Process process, ChildCommand command)
    {
        _run = run;
        _process = process;
        _command = command;
        Id = process.Id;
    }

    public int Id { get; }

    /// <summary>Ends when the child has ended and its output is read. Never fails.</summary>
    public Task<ChildDeath> Ended { get; private set; } = null!;

    /// <summary>Raised when the child ends without having been asked to.</summary>
    public event Action<ChildDeath>? Died;

    public IReadOnlyList<string> LastLines => _lines.Snapshot();

    public StreamWriter StandardInput => _process.StandardInput;

    public StreamReader StandardOutput => _process.StandardOutput;

    /// <exception cref="SetupException">The program is not installed.</exception>
    public static ChildProcess Start(RunGuard run, ChildCommand command)
    {
        var program = Prerequisites.Find(command.Program) ?? throw new SetupException($"{command.Program} is not installed.");
        var (shell, arguments) = UnixProcess.Shell(command.Pipes ? WaitThenBecome : WaitThenBecome + " </dev/null", [command.Name, program, .. command.Arguments]);
        var start = new ProcessStartInfo(shell, arguments)
        {
            WorkingDirectory = command.WorkingFolder ?? run.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        };
        foreach (var (name, value) in command.Environment) start.Environment[name] = value;
        var child = new ChildProcess(run, Process.Start(start)!, command);
        run.Watch(child.Id);
        child.Begin();
        return child;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping) return;
        _stopping = true;
        if (_command.Pipes) CloseInput();
        else UnixProcess.Signal(Id, UnixProcess.Terminate);
        if (await Task.WhenAny(Ended, Task.Delay(Grace)) != Ended) UnixProcess.Signal(Id, UnixProcess.Kill);
        await Ended;
        _process.Dispose();
    }

    private void Begin()
    {
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginErrorReadLine();
        if (!_command.Pipes)
        {
            _process.OutputDataReceived += (_, line) => Remember(line.Data);
            _process.BeginOutputReadLine();
        }

        Ended = WaitAsync();
        try
        {
            _process.StandardInput.Write("go\n");
            _process.StandardInput.Flush();
            if (!_command.Pipes) _process.StandardInput.Close();
        }
        catch (IOException exception)
        {
            Remember(exception.Message);    // it ended already, which WaitAsync reports
        }
    }

    private async Task<ChildDeath> WaitAsync()
    {
        await _process.WaitForExitAsync();
        _run.Forget(Id);
        var death = new ChildDeath(_command.Name, _process.ExitCode, LastLines);
        if (!_stopping) Died?.Invoke(death);
        return death;
    }

    private void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException exception)
        {
            Remember(exception.Message);    // closing flushes, and the child may have ended already
        }
    }

    private void Remember(string? line)
    {
        if (line is null) return;
        _lines.Add(line);
        _command.OnLine?.Invoke(line);
    }
}

using System.Runtime.InteropServices;
using EntitySync.Local.Setup;

namespace EntitySync.Local.Processes;

/// <summary>The few things about processes that .NET has no call for.</summary>
internal static partial class UnixProcess
{
    public const int Terminate = 15;
    public const int Kill = 9;

    /// <summary>Starts a command as leader of its own session: out of reach of Ctrl-C, and its whole tree can be signalled. Null where the system lacks it.</summary>
    private static readonly string? NewSession = Prerequisites.Find("setsid");

    /// <summary>What to start so that <c>/bin/sh</c> runs <paramref name="script"/> with the arguments <c>$0</c>, <c>$1</c> and so on.</summary>
    public static (string Program, string[] Arguments) Shell(string script, params IEnumerable<string> arguments) =>
        NewSession is { } setsid ? (setsid, ["/bin/sh", "-c", script, .. arguments]) : ("/bin/sh", ["-c", script, .. arguments]);

    /// <summary>Signals the process and its group.</summary>
    public static void Signal(int pid, int signal)
    {
        if (SendSignal(-pid, signal) != 0) SignalOne(pid, signal);
    }

    public static void SignalOne(int pid, int signal) => _ = SendSignal(pid, signal);

    public static int ParentId() => GetParentId();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentId();
}

namespace EntitySync.Local.Processes;

/// <summary>
/// <c>dotnet run</c> hands Ctrl-C and SIGTERM on to the program it runs, but when it is killed outright the program would go on alone.
/// This notices that and lets the program end.
/// </summary>
public static class ParentWatch
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>Process id of the <c>dotnet run</c> that started this process; null when it was started in another way.</summary>
    public static int? DotnetRun { get; } = FindDotnetRun();

    /// <summary>When <c>dotnet run</c> has gone, asks this process to stop as SIGTERM does. Ends at once when there is none.</summary>
    public static async Task StopWithDotnetRunAsync()
    {
        if (DotnetRun is not { } parent) return;
        using var timer = new PeriodicTimer(Every);
        while (UnixProcess.ParentId() == parent) await timer.WaitForNextTickAsync();
        UnixProcess.SignalOne(Environment.ProcessId, UnixProcess.Terminate);
    }

    private static int? FindDotnetRun()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var parent = UnixProcess.ParentId();
        var file = $"/proc/{parent}/cmdline";
        if (parent <= 1 || !File.Exists(file)) return null;
        var words = File.ReadAllText(file).Split('\0');
        var dotnet = words.Length > 1 && Path.GetFileName(words[0]) is "dotnet";
        return dotnet && words.Skip(1).Take(2).Contains("run") ? parent : null;
    }
}

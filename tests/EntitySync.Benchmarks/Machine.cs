using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EntitySync.Benchmarks;

/// <summary>The machine a figure comes from, and its clocks.</summary>
internal static class Machine
{
    // Read before a process is pinned.
    private static readonly int Cores = Environment.ProcessorCount;

    public static string Description => string.Join(", ",
        Processor(),
        $"{Cores} cores",
        $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1 << 30)} GiB of memory",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString());

    /// <summary>Processor time of the whole process, garbage collection included: other work on the machine counts as little as it can.</summary>
    public static TimeSpan ProcessorTime =>
        OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser() ? Stopwatch.GetElapsedTime(0) : Environment.CpuUsage.TotalTime;

    public static void PinToOneCore()
    {
        _ = Cores;
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()) Process.GetCurrentProcess().ProcessorAffinity = 1;
    }

    private static string Processor()
    {
        const string Description = "/proc/cpuinfo";
        var model = File.Exists(Description) ? File.ReadLines(Description).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return model?.Split(':')[1].Trim() ?? "processor unknown";
    }
}

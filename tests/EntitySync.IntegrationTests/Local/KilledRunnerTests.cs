using System.Diagnostics;
using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.Local;

/// <summary>A runner killed with SIGKILL leaves no process, no folder and no file behind; the victims are real processes with a JVM of their own.</summary>
[Trait("Category", "Integration")]
public sealed class KilledRunnerTests(LocalPartsFixture parts) : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("entitysync-test-").FullName;

    [Fact]
    public async Task Killed_LeavesNoProcessAndNoFile()
    {
        using var victim = StartVictim(nameof(VictimTests.Runner_WithChildrenAndTheirChildren), _folder);
        var run = await ReportAsync(victim);
        await EventuallyAsync(() => ProcessesWith(run) is { Count: < 4 } some ? [$"{some.Count} of 4", .. some] : [], "guard, JVM, child and grandchild run");
        DiagnosticFiles(victim.Id).ShouldNotBeEmpty();

        victim.Kill();
        await victim.WaitForExitAsync();

        await EventuallyAsync(() => ProcessesWith(run), "no process is left");
        await EventuallyAsync(() => Directory.Exists(run) ? [run] : [], "the run's folder is gone");
        await EventuallyAsync(() => DiagnosticFiles(victim.Id), "the runtime's own files are gone");
        Directory.Exists(parts.Run.Folder).ShouldBeTrue("another run is not touched");
    }

    [Fact]
    public async Task SetUpKilledInTheMiddle_LeavesNoEntryAndTheNextOneMakesIt()
    {
        using var victim = StartVictim(nameof(VictimTests.SetUp_InTheMiddleOfAnEntry), _folder);
        var run = await ReportAsync(victim);
        var cache = Path.Combine(_folder, "cache");
        Directory.EnumerateDirectories(cache, "part.part-*").ShouldHaveSingleItem();

        victim.Kill();
        await victim.WaitForExitAsync();

        await EventuallyAsync(() => ProcessesWith(run), "no process is left");
        await EventuallyAsync(() => [.. Directory.EnumerateDirectories(cache)], "no half entry is left");
        var entry = new CacheEntry("part", cache);
        await entry.EnsureAsync(new SetupRun(parts.Run, _ => { }, CancellationToken.None), folder => File.WriteAllTextAsync(Path.Combine(folder, "whole"), "whole"));
        Directory.EnumerateFileSystemEntries(entry.Folder).Select(Path.GetFileName).ShouldBe(["whole"]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string ReportFile => Path.Combine(_folder, "report");

    private Process StartVictim(string method, string folder)
    {
        var assembly = typeof(VictimTests).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", ["exec", assembly, "-explicit", "only", "-method", $"{typeof(VictimTests).FullName}.{method}", "-noColor"]);
        start.Environment[VictimTests.ReportVariable] = ReportFile;
        start.Environment[VictimTests.CacheVariable] = Path.Combine(folder, "cache");
        return Process.Start(start)!;
    }

    private async Task<string> ReportAsync(Process victim)
    {
        await EventuallyAsync(() => victim.HasExited ? throw new InvalidOperationException($"the victim ended with {victim.ExitCode}") : File.Exists(ReportFile) ? [] : ["no report"], "the victim reports");
        return await File.ReadAllTextAsync(ReportFile);
    }

    // A zombie has no command line: what nobody has waited for yet does not count.
    private static List<string> ProcessesWith(string text) =>
        [.. Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Select(CommandLine).Where(line => line.Contains(text, StringComparison.Ordinal))];

    private static string CommandLine(string processFolder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(processFolder, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";      // it ended while we looked
        }
    }

    private static List<string> DiagnosticFiles(int pid) =>
        [.. Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{pid}-*"), .. Directory.EnumerateFiles(Path.GetTempPath(), $"clr-debug-pipe-{pid}-*")];

    private static async Task EventuallyAsync(Func<IReadOnlyList<string>> remaining, string expectation)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (remaining() is { Count: > 0 } left)
        {
            watch.Elapsed.ShouldBeLessThan(Deadline, $"{expectation}: {string.Join("; ", left)}");
            await timer.WaitForNextTickAsync();
        }
    }
}

using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.Local;

/// <summary>What <see cref="KilledRunnerTests"/> starts in a process of its own in order to kill it. Explicit: never part of a test run.</summary>
public sealed class VictimTests(LocalPartsFixture parts)
{
    public const string ReportVariable = "ENTITYSYNC_TEST_REPORT";
    public const string CacheVariable = "ENTITYSYNC_TEST_CACHE";

    private static readonly string Report = Environment.GetEnvironmentVariable(ReportVariable) ?? "";

    [Fact(Explicit = true)]
    public async Task Runner_WithChildrenAndTheirChildren()
    {
        // The folder's name in every command line tells the watching test which processes are ours.
        var tree = new ChildCommand("tree", "sh", ["-c", "trap '' TERM; sh -c 'sleep 600; :' \"$0\" & wait; sleep 600", parts.Run.Folder]);
        await using var child = ChildProcess.Start(parts.Run, tree);
        await File.WriteAllTextAsync(Report + ".part", parts.Run.Folder);
        File.Move(Report + ".part", Report);
        await child.Ended;
    }

    [Fact(Explicit = true)]
    public async Task SetUp_InTheMiddleOfAnEntry()
    {
        var entry = new CacheEntry("part", Environment.GetEnvironmentVariable(CacheVariable));
        await entry.EnsureAsync(new SetupRun(parts.Run, _ => { }, CancellationToken.None), async folder =>
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "half"), "half");
            await File.WriteAllTextAsync(Report + ".part", parts.Run.Folder);
            File.Move(Report + ".part", Report);
            await new InstallCommand("Sleeping", "test.log", folder, "sh", "-c", "sleep 600; :", parts.Run.Folder).RunAsync(new SetupRun(parts.Run, _ => { }, CancellationToken.None));
        });
    }
}

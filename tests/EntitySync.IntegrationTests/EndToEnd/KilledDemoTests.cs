using System.Diagnostics;
using EntitySync.Local.Runner;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>What <see cref="DemoTests"/> does not ask of a demo that is ended from outside: Ctrl-C within seconds, and the run after a killed one.</summary>
[Trait("Category", "Integration")]
public sealed class KilledDemoTests(LocalPartsFixture parts)
{
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Gone = TimeSpan.FromSeconds(20);
    private static readonly string[] Small = ["demo", "--items", "60", "--classes", "5"];

    [Fact]
    public async Task Interrupted_StopsWithinTenSeconds_AndLeavesNothing()
    {
        if (IgnoresInterrupt()) Assert.Skip("This test run was started with SIGINT ignored, and so are its children.");
        await using var demo = new DemoProcess(Small);
        await demo.UntilPrintedAsync("Load 60 records", Whole);
        await demo.SignalAsync("INT");

        (await demo.ExitAsync(TimeSpan.FromSeconds(10))).ShouldBe(130, demo.Output);
        await demo.UntilNothingIsLeftAsync(Gone);
        parts.ShouldNotBeNull();
    }

    [Fact]
    public async Task KilledInTheReplay_TheNextRunPasses()
    {
        await using (var killed = new DemoProcess(Small))
        {
            await killed.UntilPrintedAsync("Replay and enrich", Whole);
            killed.Kill();
            (await killed.ExitAsync(Gone)).ShouldBe(137, "it was killed, not over");
            await killed.UntilNothingIsLeftAsync(Gone);
        }

        await using var next = new DemoProcess(Small);
        (await next.ExitAsync(Whole)).ShouldBe(0, next.Output);
        next.Output.Split("│ ok ").Length.ShouldBe(8, next.Output);
        next.Output.ShouldNotContain("│ FAILED", Case.Sensitive);
        await next.UntilNothingIsLeftAsync(Gone);
    }

    [Fact]
    public async Task Help_ListsEveryCommand()
    {
        await using var help = new DemoProcess("--help");

        (await help.ExitAsync(TimeSpan.FromMinutes(1))).ShouldBe(0, help.Output);
        var commands = help.Output.Split("Commands:")[1].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]);
        commands.ShouldBe(["up", "demo", "setup", "validate", "explain", "try", "new", "follow", "advise", "synth"]);
    }

    /// <summary>The SDK for the web would run it in the project's folder, where nobody's files are.</summary>
    [Fact]
    public async Task PathsOfTheCommandLine_AreRelativeToWhereTheUserStands()
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", Checkout.PathOf("infra", "local", "EntitySync.Local.csproj"), "-getProperty:RunWorkingDirectory"]) { RedirectStandardOutput = true };
        using var asked = Process.Start(start)!;
        (await asked.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim().ShouldBeEmpty();
    }

    // Bit 1 of SigIgn is signal 2.
    internal static bool IgnoresInterrupt()
    {
        var line = File.ReadLines("/proc/self/status").First(status => status.StartsWith("SigIgn:", StringComparison.Ordinal));
        return (Convert.ToUInt64(line.Split('\t')[1].Trim(), 16) & 2) != 0;
    }
}

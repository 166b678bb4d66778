using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.Local;

[Trait("Category", "Integration")]
public sealed class ChildProcessTests
{
    [Fact]
    public async Task RunEnded_FolderAndChildrenAreGone()
    {
        var run = await RunGuard.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(run.Folder, "file"), "x");
        var child = ChildProcess.Start(run, new ChildCommand("sleeper", "sleep", ["600"]));
        await run.DisposeAsync();
        (await child.Ended).ExitCode.ShouldBe(128 + 15);
        Directory.Exists(run.Folder).ShouldBeFalse();
    }

    [Fact]
    public async Task ChildThatDies_IsToldWithItsLastLines()
    {
        await using var run = await RunGuard.StartAsync();
        var told = new TaskCompletionSource<ChildDeath>();
        await using var child = ChildProcess.Start(run, new ChildCommand("talker", "sh", ["-c", "echo out; echo err >&2; read -r line || echo no input; sleep 0.2; exit 3"]));
        child.Died += told.SetResult;
        var death = await told.Task.WaitAsync(TimeSpan.FromSeconds(30));
        (death.Name, death.ExitCode).ShouldBe(("talker", 3));
        death.LastLines.Order().ShouldBe(["err", "no input", "out"]);
    }

    [Fact]
    public async Task ChildThatIgnoresTermination_IsKilledAndNotCalledDead()
    {
        await using var run = await RunGuard.StartAsync();
        var ready = new TaskCompletionSource();
        var child = ChildProcess.Start(run, new ChildCommand("stubborn", "sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 600; done"]) { OnLine = _ => ready.TrySetResult() });
        var died = false;
        child.Died += _ => died = true;
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await child.DisposeAsync();
        ((await child.Ended).ExitCode, died).ShouldBe((128 + 9, false));
    }

    [Fact]
    public async Task Pipes_CarryLinesBothWaysAndClosingEndsTheChild()
    {
        await using var run = await RunGuard.StartAsync();
        var child = ChildProcess.Start(run, new ChildCommand("echo", "cat", [], Pipes: true));
        await child.StandardInput.WriteLineAsync("{\"ä\":1}");
        await child.StandardInput.FlushAsync();
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("{\"ä\":1}");
        await child.DisposeAsync();
        (await child.Ended).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task ManyLines_OnlyTheLastAreKept()
    {
        await using var run = await RunGuard.StartAsync();
        await using var child = ChildProcess.Start(run, new ChildCommand("counter", "sh", ["-c", "i=0; while [ $i -lt 250 ]; do echo $i; i=$((i + 1)); done"]));
        (await child.Ended).LastLines.ShouldBe(Enumerable.Range(150, 100).Select(number => number.ToString()));
    }

    [Fact]
    public async Task ProgramThatIsNotThere_IsNamed()
    {
        await using var run = await RunGuard.StartAsync();
        Should.Throw<SetupException>(() => ChildProcess.Start(run, new ChildCommand("x", "no-such-program", []))).Message.ShouldBe("no-such-program is not installed.");
    }
}

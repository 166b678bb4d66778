using System.Collections.Concurrent;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.Local;

[Trait("Category", "Integration")]
public sealed class SetupTests(LocalPartsFixture parts) : IDisposable
{
    private readonly string _cache = Directory.CreateTempSubdirectory("entitysync-test-").FullName;
    private readonly ConcurrentQueue<string> _lines = new();

    [Fact]
    public async Task TwoAtOnce_MakeItOnce()
    {
        var made = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new CacheEntry("entry", _cache).EnsureAsync(Run, async folder =>
        {
            Interlocked.Increment(ref made);
            await File.WriteAllTextAsync(Path.Combine(folder, "file"), "x");
        })));
        made.ShouldBe(1);
        Directory.EnumerateDirectories(_cache).Select(Path.GetFileName).ShouldBe(["entry"]);
    }

    [Fact]
    public async Task StaleLockAndAbandonedPart_DoNotBlock()
    {
        await File.WriteAllTextAsync(Path.Combine(_cache, "entry.lock"), "");
        Directory.CreateDirectory(Path.Combine(_cache, "entry.part-1", "deep"));
        await new CacheEntry("entry", _cache).EnsureAsync(Run, folder => File.WriteAllTextAsync(Path.Combine(folder, "file"), "x"));
        Directory.EnumerateDirectories(_cache).Select(Path.GetFileName).ShouldBe(["entry"]);
    }

    [Fact]
    public async Task FailedCommand_LeavesNoEntryAndNamesCommandAndLastLines()
    {
        var entry = new CacheEntry("entry", _cache);
        var failure = await Should.ThrowAsync<SetupException>(() => entry.EnsureAsync(Run, folder =>
            new InstallCommand("Building it", "test.log", folder, "sh", "-c", "echo no compiler; exit 7").RunAsync(Run)));
        failure.Message.ShouldContain("Building it failed");
        failure.Message.ShouldContain("ended with 7");
        failure.Message.ShouldContain("no compiler");
        Directory.EnumerateDirectories(_cache).ShouldBeEmpty();
    }

    [Fact]
    public async Task CancelledCommand_EndsAtOnceAndLeavesNoEntry()
    {
        using var cancellation = new CancellationTokenSource();
        var run = Run with { CancellationToken = cancellation.Token };
        await Should.ThrowAsync<OperationCanceledException>(() => new CacheEntry("entry", _cache).EnsureAsync(run, folder =>
        {
            cancellation.CancelAfter(TimeSpan.FromMilliseconds(100));
            return new InstallCommand("Sleeping", "test.log", folder, "sleep", "600").RunAsync(run);
        }));
        Directory.EnumerateDirectories(_cache).ShouldBeEmpty();
    }

    [Fact]
    public void MissingPrograms_AreAllInOneMessage()
    {
        var message = Prerequisites.Explain([new Need("java", "default-jre-headless", "DynamoDB Local"), new Need("g++", "g++", "building")], ["default-jre-headless", "g++"]);
        message.ShouldContain("  java     for DynamoDB Local");
        message.ShouldContain("  g++      for building");
        message.ShouldContain("sudo apt-get install default-jre-headless g++");
    }

    [Theory]
    [InlineData("v20.20.2", 20)]
    [InlineData("v8.1.0", 8)]
    [InlineData("openjdk version \"17.0.15\" 2025-04-15", 17)]
    [InlineData("java version \"1.8.0_392\"", 8)]
    [InlineData("openjdk version \"21\" 2023-09-19", 21)]
    [InlineData("command not found", 0)]
    public void VersionAnswer_GivesTheMajor(string answer, int major) => ProgramVersion.Major([answer]).ShouldBe(major);

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    private SetupRun Run => new(parts.Run, _lines.Enqueue, CancellationToken.None);
}

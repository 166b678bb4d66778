using EntitySync.Core.ReadModels;

namespace EntitySync.Tests.ReadModels;

/// <summary>What every <see cref="IReadModelRegistry"/> promises. Read models are new in each test, so that all of them may share one table.</summary>
public abstract class ReadModelRegistryContract
{
    private static readonly DateTimeOffset Start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(1234567);

    private readonly string _name = $"orders-{Guid.NewGuid().ToString("N")[..8]}";

    private static CancellationToken None => CancellationToken.None;

    private ReadModelVersionId Version => new(_name, 2);

    protected abstract Task<IReadModelRegistry> RegistryAsync();

    [Fact]
    public async Task State_IsReadAsItWasSaved()
    {
        var registry = await RegistryAsync();
        (await registry.GetAsync(_name, None)).ShouldBeNull();
        var state = State(1) with { Live = 3, Previous = 2, Building = 4, LastError = "no table\n\"x\"", FailedAt = Start.AddDays(2), Versions = [Of(2, Start) with { BeganAt = "order-events-1@5000" }, Of(3, Start.AddDays(1)), Of(4, null)] };
        (await registry.SaveAsync(state, None)).ShouldBeTrue();
        Describe(await registry.GetAsync(_name, None)).ShouldBe(Describe(state));

        var next = State(2) with { Versions = [] };
        (await registry.SaveAsync(next, None)).ShouldBeTrue();
        Describe(await registry.GetAsync(_name, None)).ShouldBe(Describe(next), "nothing of the one before is left");
    }

    [Fact]
    public async Task StateOfAnotherRevision_IsRefused()
    {
        var registry = await RegistryAsync();
        (await registry.SaveAsync(State(2), None)).ShouldBeFalse();
        (await registry.SaveAsync(State(1), None)).ShouldBeTrue();
        (await registry.SaveAsync(State(1) with { Live = 7 }, None)).ShouldBeFalse();
        (await registry.SaveAsync(State(3), None)).ShouldBeFalse();
        Describe(await registry.GetAsync(_name, None)).ShouldBe(Describe(State(1)));
    }

    [Fact]
    public async Task SaversAtTheSameTime_OneOfThemIsFirst()
    {
        var registry = await RegistryAsync();
        var saved = await Task.WhenAll(Enumerable.Range(1, 16).Select(i => Task.Run(() => registry.SaveAsync(State(1) with { Live = i }, None))));
        saved.Count(isSaved => isSaved).ShouldBe(1);
        (await registry.GetAsync(_name, None))!.Live.ShouldBe(Array.IndexOf(saved, true) + 1);
    }

    [Fact]
    public async Task Checkpoints_GoForwardOnly()
    {
        var registry = await RegistryAsync();
        await registry.SaveCheckpointAsync(Version, At("orders", 0, 50), None);
        await registry.SaveCheckpointAsync(Version, At("orders", 0, 40, caughtUp: true), None);
        (await registry.GetCheckpointsAsync(Version, None)).ShouldBe([At("orders", 0, 50)], "an older one changes nothing");

        await registry.SaveCheckpointAsync(Version, At("orders", 0, 50, caughtUp: true), None);
        await registry.SaveCheckpointAsync(Version, At("orders", 0, 50), None);
        (await registry.GetCheckpointsAsync(Version, None)).ShouldBe([At("orders", 0, 50, caughtUp: true)], "what is caught up stays so");
        await registry.SaveCheckpointAsync(Version, At("orders", 0, 60), None);
        (await registry.GetCheckpointsAsync(Version, None)).ShouldBe([At("orders", 0, 60, caughtUp: true)]);
    }

    [Fact]
    public async Task Checkpoints_BelongToAVersion_AndComeInOrder()
    {
        var registry = await RegistryAsync();
        foreach (var partition in new[] { 10, 2, 0 }) await registry.SaveCheckpointAsync(Version, At("orders", partition, partition), None);
        await registry.SaveCheckpointAsync(Version, At("audits", 3, 1), None);
        await registry.SaveCheckpointAsync(Version with { Number = 22 }, At("orders", 0, 7), None);
        await registry.SaveAsync(State(1), None);

        (await registry.GetCheckpointsAsync(Version, None)).ShouldBe([At("audits", 3, 1), At("orders", 0, 0), At("orders", 2, 2), At("orders", 10, 10)]);
        await registry.DeleteCheckpointsAsync(Version, None);
        await registry.DeleteCheckpointsAsync(Version, None);
        (await registry.GetCheckpointsAsync(Version, None)).ShouldBeEmpty();
        (await registry.GetCheckpointsAsync(Version with { Number = 22 }, None)).ShouldBe([At("orders", 0, 7)]);
        (await registry.GetAsync(_name, None)).ShouldNotBeNull();
    }

    private static FillCheckpoint At(string topic, int partition, long next, bool caughtUp = false) => new(topic, partition, 0, next, 100, next * 2, caughtUp);

    private static ReadModelVersion Of(int number, DateTimeOffset? switchedAt) => new(number, $"kind: read-model\n# {number} ü", $"f{number}", Start, switchedAt);

    private ReadModelState State(long revision) => new(_name, revision, null, null, null, 4, [Of(1, null)]);

    private static string Describe(ReadModelState? state) => state is null ? "none" : $"{state with { Versions = [] }} {string.Join(" ", state.Versions)}";
}

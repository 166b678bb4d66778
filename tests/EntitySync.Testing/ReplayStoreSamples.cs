using EntitySync.Core.Replay;

namespace EntitySync.Testing;

/// <summary>Replays for tests of stores.</summary>
public static class ReplayStoreSamples
{
    /// <summary>A replay of so many slices, started at <paramref name="now"/> by execution <c>first</c>.</summary>
    public static NewReplay Replay(string replayId, int slices, DateTimeOffset now)
    {
        var request = new ReplayRequest { Entity = "item", ReplayId = replayId, Where = "brand:x", Causes = [new ReplayCause("delivery-classes", "express, \"é\"", 7, "aa")] };
        var record = new ReplayRecord
        {
            ReplayId = replayId, Entity = "item", Status = ReplayStatus.Running, Execution = "first", Summary = "entity: item, where: 'brand:x'", Slices = slices, StartedAt = now, UpdatedAt = now,
        };
        return new NewReplay(record, request, [.. Enumerable.Range(0, slices).Select(index => new ReplaySlice(SliceKind.Related, "deliveryClass", index, 1))]);
    }
}

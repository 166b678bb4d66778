namespace EntitySync.Local.Reconciling;

/// <summary>
/// What one entity of the demo is about: messages that say what is expected, in their order, and pieces in any. All of a wave are sent mixed up with those of other
/// entities, and the next wave when all of them are dealt with.
/// </summary>
/// <param name="IsOld">Its messages are so old that the deadline is over.</param>
public sealed record EntityScript(string Id, bool IsOld)
{
    /// <summary>By wave, from 0; null stands for a tombstone.</summary>
    public List<string?>[] Expected { get; } = [.. Enumerable.Range(0, ReconcileData.Waves).Select(_ => new List<string?>())];

    /// <summary>By wave.</summary>
    public List<string>[] Pieces { get; } = [.. Enumerable.Range(0, ReconcileData.Waves).Select(_ => new List<string>())];
}

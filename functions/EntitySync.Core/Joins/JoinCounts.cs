namespace EntitySync.Core.Joins;

/// <summary>What tasks of one entity have done since the process started. Written by one thread, read by any.</summary>
public sealed class JoinCounts
{
    /// <summary>Root and replay records taken, good or bad.</summary>
    public long Processed;

    /// <summary>Records emitted: live updates, tombstones and replays.</summary>
    public long Emitted;

    /// <summary>Emissions that a replay caused.</summary>
    public long Replayed;

    /// <summary>Replays of keys that have no root row.</summary>
    public long UnknownIds;

    public long DeadLettered;

    /// <summary>Records whose key belongs to another partition: their producer uses another partitioner.</summary>
    public long MisplacedKeys;

    /// <summary>Root records read again to rebuild state.</summary>
    public long Restored;
}

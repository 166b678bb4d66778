namespace EntitySync.Core.Joins;

/// <summary>What tasks of one entity have done since the process started. Written by one thread, read by any.</summary>
public sealed class JoinCounts
{
    /// <summary>Root and replay records taken, good or bad.</summary>
    public long Processed { get; set; }

    /// <summary>Records emitted: live updates, tombstones and replays.</summary>
    public long Emitted { get; set; }

    /// <summary>Emissions that a replay caused.</summary>
    public long Replayed { get; set; }

    /// <summary>Replays of keys that have no root row.</summary>
    public long UnknownIds { get; set; }

    /// <summary>Entities visited because a related row changed.</summary>
    public long Visited { get; set; }

    /// <summary>Visits and updates that would have emitted what was emitted last.</summary>
    public long Suppressed { get; set; }

    /// <summary>Entities not emitted because a relation says <c>missing: drop</c>.</summary>
    public long Dropped { get; set; }

    /// <summary>Answers that came too late to count.</summary>
    public long StaleAnswers { get; set; }

    public long DeadLettered { get; set; }

    /// <summary>Records of Debezium topics that were no change of a row: heartbeats and the like. A broadcast topic's are counted by the task of partition 0.</summary>
    public long PassedOver { get; set; }

    /// <summary>Records whose key belongs to another partition: their producer uses another partitioner.</summary>
    public long MisplacedKeys { get; set; }

    /// <summary>Rows of a rekeyed root that came with the key of an entity made of another row: they took it over. Steadily more: the root's key is not unique.</summary>
    public long SharedKeys { get; set; }

    /// <summary>Root records read again to rebuild state.</summary>
    public long Restored { get; set; }

    /// <summary>Questions of shuffle relations taken by answer tasks, repeated ones included; withdrawals are not counted.</summary>
    public long Questions { get; set; }

    /// <summary>Answers of shuffle relations sent to root tasks, refusals included.</summary>
    public long Answers { get; set; }

    /// <summary>Records of shuffle relations and Debezium roots sent on under a join value or an entity's key: rows that came to it and rows that left it.</summary>
    public long RowsRekeyed { get; set; }

    /// <summary>Records of relations with relations of their own, sent on joined: rows that came or changed, and rows that went.</summary>
    public long RowsJoined { get; set; }
}

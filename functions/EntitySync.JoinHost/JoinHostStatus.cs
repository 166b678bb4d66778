using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>What <c>/status</c> answers.</summary>
public sealed record JoinHostStatus(bool IsReady, IReadOnlyList<JoinThreadStatus> Threads, IReadOnlyDictionary<string, EntityCounts> Entities);

/// <summary>One thread at the time of its last report.</summary>
/// <param name="Thread">Its number in the container.</param>
/// <param name="State"><c>starting</c>, <c>joining</c>, <c>restoring</c>, <c>running</c>, <c>waiting</c> (for its next attempt) or <c>stopped</c>.</param>
/// <param name="Reason">Why it waits, or the last trouble with the cluster; null when there was none.</param>
/// <param name="Tasks">Tasks of the partitions it owns.</param>
/// <param name="Restoring">What it reads again before tasks can work.</param>
/// <param name="Transactions">Null when it works at-least-once.</param>
public sealed record JoinThreadStatus(
    int Thread, string State, string? Reason, IReadOnlyList<JoinTaskStatus> Tasks, IReadOnlyList<RestoreStatus> Restoring, TransactionStatus? Transactions)
{
    public bool IsReady => State == "running";

    /// <summary>
    /// True once it has committed something, or has run for <see cref="JoinHostOptions.WorksAfter"/>, since the process started: topics, definitions, credentials and permissions were good. It stays
    /// true whatever comes later, for a new process would not do better.
    /// </summary>
    public bool HasWorked { get; init; }

    /// <summary>The group has let it in.</summary>
    internal bool HasJoined => State is "restoring" or "running";
}

/// <summary>Transactions of a thread since the process started.</summary>
public sealed record TransactionStatus(long Committed, long Aborted);

/// <summary>One task.</summary>
/// <param name="Entity">Whose task it is.</param>
/// <param name="Part">Name of the part of the topology.</param>
/// <param name="Partition">The partition of its lead and of what follows.</param>
/// <param name="IsLive">False while it waits for related rows or is restored.</param>
/// <param name="Rows">Rows held.</param>
/// <param name="StateBytes">Bytes of their keys and values.</param>
/// <param name="AllocatedBytes">Bytes of memory for state and indexes.</param>
/// <param name="Sources">Topics it reads with a position.</param>
/// <param name="Fanouts">Changes of related rows on their way to entities.</param>
public sealed record JoinTaskStatus(
    string Entity,
    string Part,
    int Partition,
    bool IsLive,
    long Rows,
    long StateBytes,
    long AllocatedBytes,
    IReadOnlyList<SourceStatus> Sources,
    IReadOnlyList<FanoutStatus> Fanouts)
{
    /// <summary>What the group holds of the lead; null when nothing has been committed yet.</summary>
    public long? Committed => Sources[0].Committed;

    /// <summary>What the group holds of the replay topic.</summary>
    public long? ReplayCommitted => Sources.FirstOrDefault(source => source.Role == nameof(SourceRole.Replay))?.Committed;
}

/// <summary>How far a task has read a topic.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Role">What its records are to the task.</param>
/// <param name="Position">Next offset to be processed; null when nothing has been processed or committed yet.</param>
/// <param name="Committed">What the group holds.</param>
/// <param name="Lag">Offsets between position and end as of the last fetch, gaps included; null when it is not known.</param>
public sealed record SourceStatus(string Topic, string Role, long? Position, long? Committed, long? Lag);

/// <summary>How far something is read again.</summary>
/// <param name="Partition">The lead partition, or the entity whose related rows they are.</param>
/// <param name="Records">Records read.</param>
/// <param name="Position">Offsets passed; compaction leaves gaps, so they are more than the records.</param>
/// <param name="Target">Offsets in all.</param>
/// <param name="PerSecond">Records a second.</param>
/// <param name="SecondsLeft">Estimate; null while there is none.</param>
public sealed record RestoreStatus(string Partition, long Records, long Position, long Target, double PerSecond, double? SecondsLeft)
{
    public int Percent => Target <= 0 ? 100 : (int)Math.Min(100, 100 * Position / Target);
}

/// <summary>Counts of one entity since the process started; see <see cref="JoinCounts"/>.</summary>
public sealed record EntityCounts(
    long Processed, long Emitted, long Replayed, long UnknownIds, long DeadLettered, long PassedOver, long KeysInWrongPartition, long SharedKeys, long Restored,
    long Questions, long Answers, long RowsRekeyed, long RowsJoined, long Visited, long Suppressed, long Dropped, long StaleAnswers)
{
    public static EntityCounts Sum(IEnumerable<JoinCounts> counts) => counts.Aggregate(new EntityCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), (sum, one) => new EntityCounts(
        sum.Processed + one.Processed,
        sum.Emitted + one.Emitted,
        sum.Replayed + one.Replayed,
        sum.UnknownIds + one.UnknownIds,
        sum.DeadLettered + one.DeadLettered,
        sum.PassedOver + one.PassedOver,
        sum.KeysInWrongPartition + one.MisplacedKeys,
        sum.SharedKeys + one.SharedKeys,
        sum.Restored + one.Restored,
        sum.Questions + one.Questions,
        sum.Answers + one.Answers,
        sum.RowsRekeyed + one.RowsRekeyed,
        sum.RowsJoined + one.RowsJoined,
        sum.Visited + one.Visited,
        sum.Suppressed + one.Suppressed,
        sum.Dropped + one.Dropped,
        sum.StaleAnswers + one.StaleAnswers));
}

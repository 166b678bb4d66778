using EntitySync.Core.Joins;

namespace EntitySync.JoinHost;

/// <summary>What <c>/status</c> answers.</summary>
public sealed record JoinHostStatus(bool IsReady, IReadOnlyList<JoinThreadStatus> Threads, IReadOnlyDictionary<string, EntityCounts> Entities);

/// <summary>One thread at the time of its last report.</summary>
/// <param name="State"><c>starting</c>, <c>joining</c>, <c>restoring</c>, <c>running</c>, <c>waiting</c> (for its next attempt) or <c>stopped</c>.</param>
/// <param name="Reason">Why it waits, or the last trouble with the cluster; null when there was none.</param>
public sealed record JoinThreadStatus(int Thread, string State, string? Reason, IReadOnlyList<JoinTaskStatus> Tasks, IReadOnlyList<RestoreStatus> Restoring)
{
    public bool IsReady => State == "running";
}

/// <summary>One task. Positions are the next offset to be read; null when nothing has been read or committed yet.</summary>
public sealed record JoinTaskStatus(
    string Entity, int Partition, long Rows, long StateBytes, long? Position, long? Committed, long? ReplayPosition, long? ReplayCommitted);

/// <summary>How far the state of a root partition is rebuilt.</summary>
public sealed record RestoreStatus(string Partition, long Records, long Position, long Target)
{
    public int Percent => Target <= 0 ? 100 : (int)Math.Min(100, 100 * Position / Target);
}

/// <summary>Counts of one entity since the process started; see <see cref="JoinCounts"/>.</summary>
public sealed record EntityCounts(
    long Processed, long Emitted, long Replayed, long UnknownIds, long DeadLettered, long KeysInWrongPartition, long Restored,
    long Questions, long Answers, long RowsRekeyed)
{
    public static EntityCounts Sum(IEnumerable<JoinCounts> counts) => counts.Aggregate(new EntityCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), (sum, one) => new EntityCounts(
        sum.Processed + one.Processed,
        sum.Emitted + one.Emitted,
        sum.Replayed + one.Replayed,
        sum.UnknownIds + one.UnknownIds,
        sum.DeadLettered + one.DeadLettered,
        sum.KeysInWrongPartition + one.MisplacedKeys,
        sum.Restored + one.Restored,
        sum.Questions + one.Questions,
        sum.Answers + one.Answers,
        sum.RowsRekeyed + one.RowsRekeyed));
}

using EntitySync.Core.State;

namespace EntitySync.Simulation.Log;

/// <summary>A record in the log.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Tick">Moment it was written, counted over the whole log.</param>
/// <param name="Key">Null for a record without key.</param>
/// <param name="Value">Null for a tombstone.</param>
/// <param name="Headers">Headers in their order.</param>
/// <param name="Writer">Which life of which task wrote it; 0 for the world outside.</param>
/// <param name="Transaction">Null when it was written outside of one.</param>
public sealed record StoredRecord(
    Position Position, long Tick, byte[]? Key, byte[]? Value, IReadOnlyList<RecordHeader> Headers, int Writer, SimulatedTransaction? Transaction)
{
    public bool IsCommitted => Transaction is null or { State: TransactionState.Committed };
}

public enum TransactionState { Open, Committed, Aborted }

/// <summary>Records that become visible together or never.</summary>
public sealed class SimulatedTransaction
{
    public TransactionState State { get; set; }

    public HashSet<SimulatedPartition> Partitions { get; } = [];
}

/// <summary>The log refuses a writer or member whose place somebody else has taken.</summary>
public sealed class FencedException(string message) : Exception(message);

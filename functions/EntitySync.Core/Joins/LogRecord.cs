using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>One record of the log a task reads. The memory is the reader's: it is valid while the task processes the record.</summary>
/// <param name="Source">Index into <see cref="SubTopology.Sources"/>.</param>
/// <param name="Partition">Partition of the source topic.</param>
/// <param name="Offset">Offset in the partition.</param>
/// <param name="Timestamp">Milliseconds since 1970, as the broker reports it.</param>
/// <param name="Key">Key bytes; null for a record without key.</param>
/// <param name="Value">Value bytes; null for a tombstone.</param>
/// <param name="Headers">Headers in their order.</param>
public readonly record struct LogRecord(
    int Source,
    int Partition,
    long Offset,
    long Timestamp,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Value,
    IReadOnlyList<RecordHeader> Headers);

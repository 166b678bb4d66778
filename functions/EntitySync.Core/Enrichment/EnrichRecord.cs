using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>A record as a function receives it: of an updates topic (Enrich), or of a topic that a reconciliation reads.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">Key bytes; null when it has none.</param>
/// <param name="Value">The document, UTF-8 JSON; null for a tombstone.</param>
/// <param name="Headers">Its headers; they are carried to the output.</param>
/// <param name="Problem">Why it cannot even be read (a key that is not base64): it goes to the dead-letter topic with this reason.</param>
/// <param name="Timestamp">Its timestamp; the default where nobody asks.</param>
public sealed record EnrichRecord(
    long Offset, ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value, IReadOnlyList<RecordHeader> Headers, string? Problem = null, DateTimeOffset Timestamp = default);

/// <summary>Records of one partition, in the order of their offsets.</summary>
public sealed record PartitionRecords(string Topic, int Partition, IReadOnlyList<EnrichRecord> Records);

/// <summary>What a batch came to.</summary>
/// <param name="ComeAgain">For each partition that is not finished, the first position that must be delivered again; empty when all is done.</param>
/// <param name="Counts">What was done.</param>
public sealed record EnrichResult(IReadOnlyList<Position> ComeAgain, EnrichCounts Counts);

/// <summary>Figures of a batch.</summary>
/// <param name="Records">Records dealt with: emitted, dropped or dead-lettered.</param>
/// <param name="Emitted">Written to an output topic, tombstones included.</param>
/// <param name="Dropped">Not emitted because a relation says <c>missing: drop</c>.</param>
/// <param name="DeadLettered">Written to a dead-letter topic.</param>
/// <param name="RowsRead">Rows of reference tables read by this batch.</param>
public readonly record struct EnrichCounts(int Records = 0, int Emitted = 0, int Dropped = 0, int DeadLettered = 0, int RowsRead = 0)
{
    public static EnrichCounts operator +(EnrichCounts a, EnrichCounts b) =>
        new(a.Records + b.Records, a.Emitted + b.Emitted, a.Dropped + b.Dropped, a.DeadLettered + b.DeadLettered, a.RowsRead + b.RowsRead);
}

/// <summary>Bounds of a batch.</summary>
public sealed record EnrichOptions
{
    /// <summary>Records that are read for, enriched and written together, at most.</summary>
    public int ChunkRecords { get; init; } = 1000;

    /// <summary>Bytes of root documents taken together, at most; a larger single document is taken alone.</summary>
    public int ChunkBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of outputs written together, at most and but for the last of them; what is left goes into the next chunk.</summary>
    public int ChunkOutputBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Time that must be left to take another chunk. Exceeds what reading rows and writing one chunk may take: the topic writer gives a record
    /// up after 30 s, and only then can the batch say what comes again.</summary>
    public TimeSpan SafetyMargin { get; init; } = TimeSpan.FromSeconds(35);

    public EnrichmentLimits Limits { get; init; } = new();
}

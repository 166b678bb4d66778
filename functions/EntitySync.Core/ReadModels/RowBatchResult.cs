using EntitySync.Core.Messages;

namespace EntitySync.Core.ReadModels;

/// <summary>Who brings an event.</summary>
public enum EventOrigin
{
    /// <summary>The topic's event source, as the event is written.</summary>
    Live,

    /// <summary>A rebuild, from the beginning of the partition.</summary>
    Fill,
}

/// <summary>What a batch came to for one version.</summary>
/// <param name="Failed">Messages of rows that could not be written now, or that there was no time for: they must come again. <see cref="MessageReference.FirstOfEach"/> says from where.</param>
/// <param name="Bad">Messages that can never be used.</param>
/// <param name="Counts">What was done.</param>
public sealed record RowBatchResult(IReadOnlyList<MessageReference> Failed, IReadOnlyList<BadMessage> Bad, RowBatchCounts Counts);

/// <param name="Reference">The message.</param>
/// <param name="Reason">Why it cannot be used.</param>
public readonly record struct BadMessage(MessageReference Reference, string Reason);

/// <summary>Figures of a batch.</summary>
/// <param name="Events">Messages that fitted a rule, bad and repeated ones too.</param>
/// <param name="Duplicates">Those of them that had been applied before, or that the other origin brings.</param>
/// <param name="Rows">Rows that were dealt with.</param>
/// <param name="Writes">Write requests, refused ones too.</param>
/// <param name="Failed">Rows that failed or that there was no time for.</param>
public readonly record struct RowBatchCounts(int Events, int Duplicates, int Rows, int Writes, int Failed)
{
    public static RowBatchCounts operator +(RowBatchCounts a, RowBatchCounts b) =>
        new(a.Events + b.Events, a.Duplicates + b.Duplicates, a.Rows + b.Rows, a.Writes + b.Writes, a.Failed + b.Failed);
}

/// <summary>Bounds of a batch.</summary>
public sealed record RowWriterOptions
{
    /// <summary>Rows that are read together, at most.</summary>
    public int ChunkRows { get; init; } = 100;

    /// <summary>Rows that are written at the same time, at most.</summary>
    public int Parallel { get; init; } = 32;
}

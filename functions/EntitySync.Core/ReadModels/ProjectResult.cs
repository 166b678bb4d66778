using EntitySync.Core.State;

namespace EntitySync.Core.ReadModels;

/// <summary>What a batch came to.</summary>
/// <param name="ComeAgain">For each partition that is not finished, the first position that must be delivered again; empty when all is done.</param>
/// <param name="Counts">What was done.</param>
public sealed record ProjectResult(IReadOnlyList<Position> ComeAgain, ProjectCounts Counts);

/// <summary>Figures of a batch.</summary>
/// <param name="Messages">Messages of the batch.</param>
/// <param name="DeadLettered">Messages written to a dead-letter topic.</param>
/// <param name="Rows">What was done in all versions of all read models.</param>
public readonly record struct ProjectCounts(int Messages, int DeadLettered, RowBatchCounts Rows);

/// <summary>Bounds of a batch.</summary>
public sealed record ProjectOptions
{
    /// <summary>Time that must be left to take another chunk of rows. Exceeds what the writes of one and the dead letters of all may take: the topic writer gives up after 30 s.</summary>
    public TimeSpan SafetyMargin { get; init; } = TimeSpan.FromSeconds(35);
}

using EntitySync.Core.State;

namespace EntitySync.Core.Reconciliation;

/// <summary>What a batch came to.</summary>
/// <param name="ComeAgain">For each partition that is not finished, the first position that must be delivered again; empty when all is done.</param>
/// <param name="Counts">What was done.</param>
public sealed record ReconcileResult(IReadOnlyList<Position> ComeAgain, ReconcileCounts Counts);

/// <summary>Figures of a batch.</summary>
/// <param name="Messages">Messages of the batch.</param>
/// <param name="Entities">Entities that were dealt with.</param>
/// <param name="Completed">Those of them that became complete by it.</param>
/// <param name="DeadLettered">Messages written to a dead-letter topic.</param>
/// <param name="Unfinished">Entities that failed or that there was no time for.</param>
public readonly record struct ReconcileCounts(int Messages, int Entities, int Completed, int DeadLettered, int Unfinished);

/// <summary>Bounds of a batch or a sweep.</summary>
public sealed record ReconcileOptions
{
    /// <summary>Pieces that one write adds, at most: an update expression has bounds of its own.</summary>
    public int PiecesOfAWrite { get; init; } = 100;

    /// <summary>Entities that are written at the same time, at most.</summary>
    public int Parallel { get; init; } = 32;

    /// <summary>Entities that one request for a page of the index asks for.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>Time that must be left to take another entity. Exceeds what the writes of one and the dead letters of all may take: the topic writer gives up after 30 s.</summary>
    public TimeSpan SafetyMargin { get; init; } = TimeSpan.FromSeconds(35);
}

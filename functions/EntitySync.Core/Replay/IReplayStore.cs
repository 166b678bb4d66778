namespace EntitySync.Core.Replay;

/// <summary>
/// Keeps replays and the checkpoints of their slices.
/// <list type="bullet">
/// <item>Every change is conditional; an answer of <c>false</c> means that somebody else was there first, and nothing was changed.</item>
/// <item>A slice belongs to one owner at a time: a claim ends by release or when its lease runs out, and every claim raises the slice's epoch, so that an owner that was taken for dead can change nothing any more.</item>
/// <item>A checkpoint and its share of the whole's progress are one transaction: nothing is counted twice or forgotten.</item>
/// <item>Replays are forgotten <see cref="ReplayOptions.KeepFor"/> after their start.</item>
/// </list>
/// All calls throw <see cref="Errors.TransientException"/> when the store is unreachable or throttled after its own retries.
/// </summary>
public interface IReplayStore
{
    /// <summary>Reads the progress, strongly consistent; null when there is no such replay.</summary>
    Task<ReplayRecord?> FindAsync(string replayId, CancellationToken cancellationToken);

    /// <summary>Reads the request it was created with; null when there is no such replay.</summary>
    Task<ReplayRequest?> FindRequestAsync(string replayId, CancellationToken cancellationToken);

    /// <summary>Creates progress, request and slices at once; false when the replay exists.</summary>
    Task<bool> TryCreateAsync(NewReplay replay, CancellationToken cancellationToken);

    /// <summary>
    /// Sets a replay to running under <paramref name="execution"/>, with another bound of its rate unless <paramref name="rateBound"/> is null, and clears its last error;
    /// false when it has succeeded, was stopped or is gone, or when it was paused under this very execution.
    /// </summary>
    Task<bool> TryResumeAsync(string replayId, string execution, int? rateBound, CancellationToken cancellationToken);

    /// <summary>
    /// Marks a replay, so that no invocation begins a further page of it. Paused: one that is running or has failed. Stopped: one that is paused, too.
    /// False when nothing was changed: it is gone, over, marked so already, or all its slices are done.
    /// </summary>
    Task<bool> TryMarkAsync(string replayId, ReplayStatus mark, CancellationToken cancellationToken);

    /// <summary>Claims a slice for <paramref name="owner"/> until now + <paramref name="lease"/>. Claiming again as the same owner succeeds.</summary>
    /// <exception cref="Errors.InvalidRequestException">There is no such slice.</exception>
    Task<SliceClaimResult> ClaimAsync(string replayId, string part, string owner, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Extends a claim's lease to now + <paramref name="lease"/> and returns it; null when it was taken over.</summary>
    Task<SliceClaim?> TryRenewAsync(SliceClaim claim, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Moves a slice from the claim's cursor past one page, adds the page to the whole, and extends the lease; null when the claim was taken over.</summary>
    Task<SliceClaim?> TryCheckpointAsync(SliceClaim claim, PageCheckpoint page, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Gives the slice back, so that the next owner need not wait for the lease to end; notes <paramref name="error"/> on slice and replay. A claim that was taken over changes nothing.</summary>
    Task ReleaseAsync(SliceClaim claim, string? error, CancellationToken cancellationToken);

    /// <summary>
    /// Sets how it ended. Succeeded: always, unless it already is or was stopped. Failed: only while it is running or failed, and <paramref name="execution"/>
    /// is the one that started or resumed it last. False when nothing was changed.
    /// </summary>
    Task<bool> TryFinishAsync(string replayId, string execution, ReplayStatus status, string? error, CancellationToken cancellationToken);
}

/// <summary>A slice held by an owner.</summary>
/// <param name="ReplayId">The replay.</param>
/// <param name="Part">The slice's item, e.g. <c>slice#0000</c>.</param>
/// <param name="Slice">What it reads.</param>
/// <param name="Epoch">Raised by each claim; every change by this claim is conditional on it.</param>
/// <param name="LeaseUntil">When others may take the slice.</param>
/// <param name="Cursor">Where the next page begins; null at the beginning.</param>
/// <param name="Done">The last page is published.</param>
/// <param name="Counted">The slice's total is already part of the whole's.</param>
public sealed record SliceClaim(string ReplayId, string Part, ReplaySlice Slice, long Epoch, DateTimeOffset LeaseUntil, string? Cursor, bool Done, bool Counted);

public enum SliceClaimOutcome { Claimed, Done, Busy }

/// <param name="Outcome">What became of the claim.</param>
/// <param name="Claim">The claim, when claimed.</param>
/// <param name="BusyUntil">When the present owner's lease ends, when busy.</param>
public sealed record SliceClaimResult(SliceClaimOutcome Outcome, SliceClaim? Claim = null, DateTimeOffset? BusyUntil = null);

/// <summary>One published page.</summary>
/// <param name="NextCursor">Where the next page begins; null when this was the last.</param>
/// <param name="Ids">Ids of the page.</param>
/// <param name="Total">The slice's total, when it is not yet counted and the source knows it.</param>
/// <param name="RatePerSecond">Ids a second of the whole replay, lately.</param>
/// <param name="EstimatedSecondsLeft">For the whole replay; null when unknown.</param>
public sealed record PageCheckpoint(string? NextCursor, int Ids, long? Total, double? RatePerSecond, long? EstimatedSecondsLeft);

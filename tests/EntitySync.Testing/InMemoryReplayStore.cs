using EntitySync.Core.Errors;
using EntitySync.Core.Replay;

namespace EntitySync.Testing;

/// <summary>An <see cref="IReplayStore"/> with the conditions of the real one; both pass the same contract tests.</summary>
public sealed class InMemoryReplayStore(TimeProvider clock) : IReplayStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Replay> _replays = new(StringComparer.Ordinal);

    public Task<ReplayRecord?> FindAsync(string replayId, CancellationToken cancellationToken) => Locked(() => Find(replayId)?.Record);

    public Task<ReplayRequest?> FindRequestAsync(string replayId, CancellationToken cancellationToken) => Locked(() => Find(replayId)?.Request);

    public Task<bool> TryCreateAsync(NewReplay replay, CancellationToken cancellationToken) => Locked(() =>
    {
        var slices = replay.Slices.Select((slice, index) => new Slice(replay.Record.ReplayId, ReplayParts.Slice(index), slice));
        return _replays.TryAdd(replay.Record.ReplayId, new Replay(replay.Record, replay.Request, slices.ToDictionary(slice => slice.Claim.Part)));
    });

    public Task<bool> TryResumeAsync(string replayId, string execution, int? rateBound, CancellationToken cancellationToken) => Locked(() =>
    {
        if (Find(replayId) is not { } replay || IsOver(replay) || (replay.Record.Status == ReplayStatus.Paused && replay.Record.Execution == execution)) return false;
        Change(replay, record => record with { Status = ReplayStatus.Running, Execution = execution, LastError = null, FinishedAt = null, PausedAt = null, RateBound = rateBound ?? record.RateBound });
        return true;
    });

    public Task<bool> TryMarkAsync(string replayId, ReplayStatus mark, CancellationToken cancellationToken) => Locked(() =>
    {
        if (Find(replayId) is not { } replay || IsOver(replay) || replay.Record.Status == mark || replay.Record.SlicesDone == replay.Record.Slices) return false;
        var now = clock.GetUtcNow();
        Change(replay, record => mark == ReplayStatus.Paused ? record with { Status = mark, PausedAt = now } : record with { Status = mark, FinishedAt = now });
        return true;
    });

    public Task<SliceClaimResult> ClaimAsync(string replayId, string part, string owner, TimeSpan lease, CancellationToken cancellationToken) => Locked(() =>
    {
        var slice = Find(replayId)?.Slices.GetValueOrDefault(part) ?? throw new InvalidRequestException($"Replay '{replayId}' has no {part}.");
        var now = clock.GetUtcNow();
        if (slice.Claim.Done) return new SliceClaimResult(SliceClaimOutcome.Done);
        if (slice.Owner is not null && slice.Owner != owner && slice.Claim.LeaseUntil >= now) return new SliceClaimResult(SliceClaimOutcome.Busy, BusyUntil: slice.Claim.LeaseUntil);
        slice.Owner = owner;
        slice.Claim = slice.Claim with { Epoch = slice.Claim.Epoch + 1, LeaseUntil = now + lease };
        return new SliceClaimResult(SliceClaimOutcome.Claimed, slice.Claim);
    });

    public Task<SliceClaim?> TryRenewAsync(SliceClaim claim, TimeSpan lease, CancellationToken cancellationToken) => Locked(() =>
        Held(claim) is { } slice ? slice.Claim = slice.Claim with { LeaseUntil = clock.GetUtcNow() + lease } : null);

    public Task<SliceClaim?> TryCheckpointAsync(SliceClaim claim, PageCheckpoint page, TimeSpan lease, CancellationToken cancellationToken) => Locked(() =>
    {
        if (Held(claim) is not { Claim.Done: false } slice || slice.Claim.Cursor != claim.Cursor) return null;
        var done = page.NextCursor is null;
        var total = slice.Claim.Counted ? null : page.Total;
        slice.Claim = slice.Claim with { Cursor = page.NextCursor, Done = done, Counted = slice.Claim.Counted || total is not null, LeaseUntil = clock.GetUtcNow() + lease };
        Change(_replays[claim.ReplayId], record => record with
        {
            IdsPublished = record.IdsPublished + page.Ids,
            Pages = record.Pages + (page.Ids > 0 ? 1 : 0),
            SlicesDone = record.SlicesDone + (done ? 1 : 0),
            Total = record.Total + (total ?? 0),
            SlicesCounted = record.SlicesCounted + (total is null ? 0 : 1),
            LastMovedAt = clock.GetUtcNow(),
        });
        return slice.Claim;
    });

    public Task ReleaseAsync(SliceClaim claim, string? error, CancellationToken cancellationToken) => Locked(() =>
    {
        if (Held(claim) is not { } slice) return false;
        slice.Owner = null;
        if (error is not null) Change(_replays[claim.ReplayId], record => record with { LastError = error });
        return true;
    });

    public Task<bool> TryFinishAsync(string replayId, string execution, ReplayStatus status, string? error, CancellationToken cancellationToken) => Locked(() =>
    {
        if (Find(replayId) is not { } replay || IsOver(replay)) return false;
        if (status == ReplayStatus.Failed && (replay.Record.Execution != execution || replay.Record.Status == ReplayStatus.Paused)) return false;
        Change(replay, record => record with { Status = status, LastError = error, FinishedAt = clock.GetUtcNow(), PausedAt = null });
        return true;
    });

    private static bool IsOver(Replay replay) => replay.Record.Status is ReplayStatus.Succeeded or ReplayStatus.Stopped;

    private Replay? Find(string replayId) => _replays.GetValueOrDefault(replayId);

    private Slice? Held(SliceClaim claim) =>
        Find(claim.ReplayId)?.Slices.GetValueOrDefault(claim.Part) is { Owner: not null } slice && slice.Claim.Epoch == claim.Epoch ? slice : null;

    private void Change(Replay replay, Func<ReplayRecord, ReplayRecord> change) => replay.Record = change(replay.Record) with { UpdatedAt = clock.GetUtcNow() };

    private Task<T> Locked<T>(Func<T> action)
    {
        lock (_lock) return Task.FromResult(action());
    }

    private sealed class Replay(ReplayRecord record, ReplayRequest request, Dictionary<string, Slice> slices)
    {
        public ReplayRecord Record { get; set; } = record;

        public ReplayRequest Request { get; } = request;

        public Dictionary<string, Slice> Slices { get; } = slices;
    }

    private sealed class Slice(string replayId, string part, ReplaySlice slice)
    {
        public string? Owner { get; set; }

        public SliceClaim Claim { get; set; } = new(replayId, part, slice, 0, DateTimeOffset.MinValue, null, false, false);
    }
}

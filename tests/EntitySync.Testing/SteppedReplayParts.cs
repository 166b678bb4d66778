using EntitySync.Core.Replay;
using EntitySync.Core.State;

namespace EntitySync.Testing;

/// <summary>Told before and after each effect of a replay; a test crashes the "process" there or lets somebody else run.</summary>
public delegate Task ReplayStep(string effect);

/// <summary>The process is gone: nothing it does after this has any effect.</summary>
public sealed class ProcessKilledException() : Exception("killed");

public sealed class SteppedReplayStore(IReplayStore inner, ReplayStep step) : IReplayStore
{
    public Task<ReplayRecord?> FindAsync(string replayId, CancellationToken cancellationToken) =>
        RunAsync("find", () => inner.FindAsync(replayId, cancellationToken));

    public Task<ReplayRequest?> FindRequestAsync(string replayId, CancellationToken cancellationToken) =>
        RunAsync("find request", () => inner.FindRequestAsync(replayId, cancellationToken));

    public Task<bool> TryCreateAsync(NewReplay replay, CancellationToken cancellationToken) =>
        RunAsync("create", () => inner.TryCreateAsync(replay, cancellationToken));

    public Task<bool> TryResumeAsync(string replayId, string execution, int? rateBound, CancellationToken cancellationToken) =>
        RunAsync("resume", () => inner.TryResumeAsync(replayId, execution, rateBound, cancellationToken));

    public Task<bool> TryMarkAsync(string replayId, ReplayStatus mark, CancellationToken cancellationToken) =>
        RunAsync("mark", () => inner.TryMarkAsync(replayId, mark, cancellationToken));

    public Task<SliceClaimResult> ClaimAsync(string replayId, string part, string owner, TimeSpan lease, CancellationToken cancellationToken) =>
        RunAsync("claim", () => inner.ClaimAsync(replayId, part, owner, lease, cancellationToken));

    public Task<SliceClaim?> TryRenewAsync(SliceClaim claim, TimeSpan lease, CancellationToken cancellationToken) =>
        RunAsync("renew", () => inner.TryRenewAsync(claim, lease, cancellationToken));

    public Task<SliceClaim?> TryCheckpointAsync(SliceClaim claim, PageCheckpoint page, TimeSpan lease, CancellationToken cancellationToken) =>
        RunAsync("checkpoint", () => inner.TryCheckpointAsync(claim, page, lease, cancellationToken));

    public Task ReleaseAsync(SliceClaim claim, string? error, CancellationToken cancellationToken) =>
        RunAsync("release", async () =>
        {
            await inner.ReleaseAsync(claim, error, cancellationToken);
            return true;
        });

    public Task<bool> TryFinishAsync(string replayId, string execution, ReplayStatus status, string? error, CancellationToken cancellationToken) =>
        RunAsync("finish", () => inner.TryFinishAsync(replayId, execution, status, error, cancellationToken));

    private async Task<T> RunAsync<T>(string effect, Func<Task<T>> call)
    {
        await step("before " + effect);
        var result = await call();
        await step("after " + effect);
        return result;
    }
}

public sealed class SteppedIdSource(IIdSource inner, ReplayStep step) : IIdSource
{
    public async Task<IdPage> ReadPageAsync(IdQuery query, string? cursor, int pageSize, CancellationToken cancellationToken)
    {
        await step("before page");
        var page = await inner.ReadPageAsync(query, cursor, pageSize, cancellationToken);
        await step("after page");
        return page;
    }
}

/// <summary>Writes record by record, so that a step lies between any two of them.</summary>
public sealed class SteppedTopicWriter(ITopicWriter inner, ReplayStep step) : ITopicWriter
{
    public async Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        var results = new List<WriteResult>();
        foreach (var record in records)
        {
            await step("before record");
            results.AddRange(await inner.WriteAsync([record], cancellationToken));
        }

        await step("after records");
        return results;
    }
}

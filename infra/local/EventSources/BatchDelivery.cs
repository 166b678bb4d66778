using EntitySync.Adapters;
using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>What a delivery asks of its stream or topic.</summary>
/// <param name="InvokeAsync">One invocation with these records.</param>
/// <param name="GiveUpAsync">Sends records to the on-failure destination; false when that did not work and must be tried again.</param>
/// <param name="IsWanted">False for a record that another reader has taken over.</param>
/// <param name="CreatedAt">When the record was written.</param>
internal sealed record DeliverySource<T>(
    Func<IReadOnlyList<T>, CancellationToken, Task<DeliveryOutcome<T>>> InvokeAsync,
    Func<IReadOnlyList<T>, string, CancellationToken, Task<bool>> GiveUpAsync,
    Func<T, bool> IsWanted,
    Func<T, DateTimeOffset> CreatedAt);

/// <summary>
/// Brings one batch to its function until every record is done or given up. Pieces go one after the other in the order of the records, so that no
/// record overtakes an earlier one of its partition or shard.
/// </summary>
internal sealed class BatchDelivery<T>(BatchSettings settings, DeliverySource<T> source, EventSourceCounters counters, Backoff backoff, TimeProvider time, ILogger logger)
{
    /// <exception cref="OperationCanceledException">Stopped; what is not done comes again after a restart.</exception>
    public async Task RunAsync(IReadOnlyList<T> batch, CancellationToken cancellationToken)
    {
        var pending = new Stack<BatchPiece<T>>([new(batch, Failures: 0)]);
        while (pending.TryPop(out var next))
        {
            var piece = next with { Records = [.. next.Records.Where(source.IsWanted)] };
            piece = await DropOldAsync(piece, cancellationToken);
            if (piece.Records.Count == 0) continue;
            var outcome = await source.InvokeAsync(piece.Records, cancellationToken);
            counters.Invoked();
            counters.Delivered(piece.Records.Count - outcome.Remaining.Count);
            if (outcome.Remaining.Count == 0) continue;
            await GoOnAsync(pending, piece, outcome, cancellationToken);
        }
    }

    private async Task GoOnAsync(Stack<BatchPiece<T>> pending, BatchPiece<T> piece, DeliveryOutcome<T> outcome, CancellationToken cancellationToken)
    {
        counters.Failed(outcome.Reason!);
        logger.LogWarning("{Source}: {Remaining} of {Records} records come again: {Reason}", settings.Id, outcome.Remaining.Count, piece.Records.Count, outcome.Reason);
        var plan = RetryPlan<T>.After(piece, outcome, settings);
        if (plan.GiveUp.Count > 0) await GiveUpAsync(plan.GiveUp, outcome.Reason!, cancellationToken);
        foreach (var next in plan.Next.Reverse()) pending.Push(next);
        if (plan.Next.Count > 0) await Task.Delay(backoff.Delay(Math.Max(1, plan.Next[0].Failures)), time, cancellationToken);
    }

    private async Task<BatchPiece<T>> DropOldAsync(BatchPiece<T> piece, CancellationToken cancellationToken)
    {
        if (settings.MaximumRecordAge is not { } maximum) return piece;
        var oldest = time.GetUtcNow() - maximum;
        var old = piece.Records.Where(record => source.CreatedAt(record) < oldest).ToList();
        if (old.Count == 0) return piece;
        await GiveUpAsync(old, $"older than {maximum}", cancellationToken);
        return piece with { Records = [.. piece.Records.Where(record => source.CreatedAt(record) >= oldest)] };
    }

    private async Task GiveUpAsync(IReadOnlyList<T> records, string reason, CancellationToken cancellationToken)
    {
        for (var failures = 1; !await source.GiveUpAsync(records, reason, cancellationToken); failures++)
            await Task.Delay(backoff.Delay(failures), time, cancellationToken);
        counters.Discarded(records.Count);
        logger.LogError("{Source}: {Records} records given up: {Reason}", settings.Id, records.Count, reason);
    }
}

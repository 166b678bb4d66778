using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Reconciliation;

/// <param name="Overdue">Entities that became overdue.</param>
/// <param name="Completed">Entities that were complete after all, and are so now.</param>
/// <param name="Failed">Entities that could not be written; the next sweep finds them again.</param>
/// <param name="IsMoreLeft">True when it stopped before the end: the next sweep goes on, as what is done has left the index.</param>
public sealed record SweepResult(int Overdue, int Completed, int Failed, bool IsMoreLeft);

/// <summary>
/// Makes open entities overdue whose deadline is over. They are found by the index, page by page; the write decides again, so nothing that was amended, cancelled or
/// completed in the meantime becomes overdue, and of two sweeps at the same time one does it. Thread-safe.
/// </summary>
public sealed class OverdueSweep(ReconciliationCatalog catalog, IReconciliationTable table, TimeProvider clock, ILogger<OverdueSweep> logger, ReconcileOptions? options = null)
{
    /// <summary>One line a sweep, with value <c>Overdue</c>: metric filters of infra/operations.yaml count it, and miss it when no sweep runs.</summary>
    private static readonly EventId SweptEvent = new(1, "Swept");

    private readonly CompiledReconciliations _compiled = new();
    private readonly CompleteTransition _complete = new(table, clock);
    private readonly ReconcileOptions _options = options ?? new ReconcileOptions();

    /// <param name="remaining">Time left to the caller, asked before each entity but the first ones.</param>
    /// <param name="cancellationToken">Gives up; what is done stays done.</param>
    public async Task<SweepResult> RunAsync(Func<TimeSpan> remaining, CancellationToken cancellationToken)
    {
        var tally = new Tally(remaining, _options.SafetyMargin);
        foreach (var definition in catalog.All.Where(definition => definition.Deadline is not null))
        {
            if (!tally.HasTime()) break;
            await SweepAsync(_compiled.Of(definition), tally, cancellationToken);
        }

        var result = new SweepResult(tally.Overdue, tally.Completed, tally.Failed, tally.IsMoreLeft);
        logger.LogInformation(
            SweptEvent,
            "Swept: {Overdue} overdue, {Completed} complete after all, {Failed} failed{More}", result.Overdue, result.Completed, result.Failed, result.IsMoreLeft ? "; more is left for the next sweep" : "");
        return result;
    }

    private async Task SweepAsync(CompiledReconciliation compiled, Tally tally, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        string? token = null;
        do
        {
            ReconciliationPage page;
            try
            {
                page = await table.ListAsync(new ReconciliationQuery(compiled.Entity, ReconciliationStatus.Open, now, _options.PageSize, token), cancellationToken);
            }
            catch (TransientException exception)
            {
                logger.LogWarning(exception, "The open entities of {Entity} cannot be listed now; the next sweep goes on", compiled.Entity);
                tally.IsMoreLeft = true;
                return;
            }

            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, Math.Min(_options.Parallel, page.Items.Count)).Select(_ => WorkAsync()));
            token = page.PageToken;

            async Task WorkAsync()
            {
                var values = new FieldValues();
                while (tally.HasTime() && Interlocked.Increment(ref next) is var index && index < page.Items.Count) await ExpireAsync(compiled, page.Items[index].Id, values, tally, cancellationToken);
            }
        }
        while (token is not null && tally.HasTime());
    }

    private async Task ExpireAsync(CompiledReconciliation compiled, string id, FieldValues values, Tally tally, CancellationToken cancellationToken)
    {
        tally.Take();
        try
        {
            var now = clock.GetUtcNow();
            var transition = new ReconciliationTransition(compiled.Entity, id, ReconciliationStatus.Open, null, ReconciliationStatus.Overdue, now, compiled.ExpiryFrom(now));
            var result = await table.TransitionAsync(transition, cancellationToken);
            if (result.State is not { } state) return;
            var outcome = await _complete.TryAsync(compiled, state, values, cancellationToken);
            tally.Count(result.IsWritten, outcome.IsCompletedNow);
            if (result.IsWritten && outcome is { State: { } after, Evaluation: { } evaluation })
            {
                logger.LogInformation("{Entity} {Id}: {Progress}, {Status}", after.Entity, after.Id, evaluation.Progress, ReconciliationJson.StatusName(after.Status));
            }
        }
        catch (TransientException exception)
        {
            tally.CountFailed();
            logger.LogWarning(exception, "{Entity} {Id} cannot be made overdue now; the next sweep finds it again", compiled.Entity, id);
        }
    }

    private sealed class Tally(Func<TimeSpan> remaining, TimeSpan margin)
    {
        private int _overdue;
        private int _completed;
        private int _failed;
        private int _taken;

        public int Overdue => _overdue;

        public int Completed => _completed;

        public int Failed => _failed;

        public bool IsMoreLeft { get; set; }

        public bool HasTime()
        {
            if (Volatile.Read(ref _taken) == 0 || remaining() >= margin) return true;
            IsMoreLeft = true;
            return false;
        }

        public void Take() => Interlocked.Increment(ref _taken);

        public void Count(bool isOverdue, bool isCompleted)
        {
            if (isCompleted) Interlocked.Increment(ref _completed);
            else if (isOverdue) Interlocked.Increment(ref _overdue);
        }

        public void CountFailed() => Interlocked.Increment(ref _failed);
    }
}

using EntitySync.Core.Errors;
using EntitySync.Core.Reconciliation;

namespace EntitySync.Tests.Reconciliation;

/// <summary>A table whose calls fail when the test says so, or wait.</summary>
internal sealed class FailingTable(IReconciliationTable inner) : IReconciliationTable
{
    /// <summary>By id: true when an update fails.</summary>
    public Func<string, bool> FailsUpdate { get; set; } = _ => false;

    public Func<bool> FailsTransition { get; set; } = () => false;

    public Func<bool> FailsList { get; set; } = () => false;

    /// <summary>Awaited before each write.</summary>
    public Func<Task> Gate { get; set; } = () => Task.CompletedTask;

    public async Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken)
    {
        await Gate();
        return FailsUpdate(update.Id) ? throw new TransientException("throttled") : await inner.UpdateAsync(update, cancellationToken);
    }

    public async Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken)
    {
        await Gate();
        return FailsTransition() ? throw new TransientException("throttled") : await inner.TransitionAsync(transition, cancellationToken);
    }

    public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => inner.GetAsync(entity, id, cancellationToken);

    public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken) =>
        FailsList() ? throw new TransientException("throttled") : inner.ListAsync(query, cancellationToken);
}

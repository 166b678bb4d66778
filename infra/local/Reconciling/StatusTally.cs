using System.Collections.Concurrent;
using EntitySync.Core.Reconciliation;

namespace EntitySync.Local.Reconciling;

/// <summary>Passes calls on and notes how each entity stands: every write brings its item back.</summary>
internal sealed class StatusTally
{
    private readonly ConcurrentDictionary<(string Entity, string Id), (long Version, ReconciliationStatus Status)> _entities = new();

    public IReconciliationTable Watch(IReconciliationTable table) => new WatchedTable(this, table);

    /// <summary>Entities of a reconciliation by status; those without are left out.</summary>
    public IReadOnlyDictionary<ReconciliationStatus, int> Of(string entity) =>
        _entities.Where(pair => pair.Key.Entity == entity).GroupBy(pair => pair.Value.Status).ToDictionary(group => group.Key, group => group.Count());

    private UpdateResult Note(UpdateResult result)
    {
        if (result.State is { } state)
            _entities.AddOrUpdate((state.Entity, state.Id), (state.Version, state.Status), (_, known) => state.Version > known.Version ? (state.Version, state.Status) : known);
        return result;
    }

    private sealed class WatchedTable(StatusTally tally, IReconciliationTable inner) : IReconciliationTable
    {
        public async Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken) => tally.Note(await inner.UpdateAsync(update, cancellationToken));

        public async Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken) => tally.Note(await inner.TransitionAsync(transition, cancellationToken));

        public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => inner.GetAsync(entity, id, cancellationToken);

        public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);
    }
}

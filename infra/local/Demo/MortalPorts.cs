using EntitySync.Core.ReadModels;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;

namespace EntitySync.Local.Demo;

internal sealed class MortalReconciliationTable(HandlerKiller killer, IReconciliationTable inner) : IReconciliationTable
{
    public Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken) => killer.CallAsync(() => inner.UpdateAsync(update, cancellationToken));

    public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken) => killer.CallAsync(() => inner.TransitionAsync(transition, cancellationToken), isDecisive: true);

    public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken) => killer.CallAsync(() => inner.GetAsync(entity, id, cancellationToken));

    public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken) => killer.CallAsync(() => inner.ListAsync(query, cancellationToken));
}

internal sealed class MortalReadModelTable(HandlerKiller killer, IReadModelTable inner) : IReadModelTable
{
    public Task<IReadOnlyList<ReadModelRow?>> ReadAsync(ReadModelVersionId version, IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        killer.CallAsync(() => inner.ReadAsync(version, keys, cancellationToken));

    public Task<(bool IsWritten, ReadModelRow? Held)> WriteAsync(ReadModelVersionId version, ReadModelRow row, CancellationToken cancellationToken) =>
        killer.CallAsync(() => inner.WriteAsync(version, row, cancellationToken), isDecisive: true);

    public Task<RowPage> ListAsync(ReadModelVersionId version, RowQuery query, CancellationToken cancellationToken) => killer.CallAsync(() => inner.ListAsync(version, query, cancellationToken));
}

internal sealed class MortalWriter(HandlerKiller killer, ITopicWriter inner) : ITopicWriter
{
    public Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken) => killer.CallAsync(
        () => inner.WriteAsync(records, cancellationToken), isDecisive: true, () => inner.WriteAsync([.. records.Take((records.Count + 1) / 2)], cancellationToken));
}

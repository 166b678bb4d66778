using EntitySync.Core.Errors;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Reconciliation;

/// <summary>
/// Makes an entity complete when all of it is there. Whoever has written last sees the whole item, so somebody always does; the write holds only while the item
/// is still the one that was judged, so it is made once and never of something that has changed in between.
/// </summary>
internal sealed class CompleteTransition(IReconciliationTable table, TimeProvider clock)
{
    // Each refusal means that another one's write went through: even a busy entity comes to rest before.
    private const int Attempts = 100;

    /// <returns>The entity as it is then, what that means, and whether this call made it complete; a null state when there is none any more.</returns>
    public async Task<Outcome> TryAsync(CompiledReconciliation compiled, ReconciliationState state, FieldValues values, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var evaluation = Evaluation.Of(compiled, state, values);
            if (state.Status is not (ReconciliationStatus.Open or ReconciliationStatus.Overdue) || !evaluation.IsComplete) return new Outcome(state, evaluation, false);
            var now = clock.GetUtcNow();
            var result = await table.TransitionAsync(
                new ReconciliationTransition(state.Entity, state.Id, state.Status, state.Version, ReconciliationStatus.Complete, now, compiled.ExpiryFrom(now)), cancellationToken);
            if (result.State is null) return new Outcome(null, null, false);
            state = result.State;
            if (result.IsWritten) return new Outcome(state, Evaluation.Of(compiled, state, values), true);
        }

        throw new TransientException($"{state.Entity} '{state.Id}' was changed by others {Attempts} times while it was to be made complete.");
    }

    internal readonly record struct Outcome(ReconciliationState? State, Evaluation? Evaluation, bool IsCompletedNow);
}

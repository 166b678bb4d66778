using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Reconciliation;

/// <summary>Says what is known of an entity: what arrived, what is missing, since when, from which positions. Thread-safe.</summary>
public sealed class ReconciliationView(ReconciliationCatalog catalog, TimeProvider clock)
{
    private readonly CompiledReconciliations _compiled = new();

    /// <returns>
    /// A JSON object (UTF-8): entity, id, status (<c>expired</c> once that time is over), since, dueAt, overdueAt, completedAt, expiresAt, progress, expected (a list, or an object of amount and
    /// currency; null while unknown), arrived (objects of element, at, timestamp and, of amounts, amount and currency), missing (as expected), unexpected (as arrived), positions (the last offset by partition).
    /// </returns>
    /// <exception cref="InvalidRequestException">The state's entity is not defined.</exception>
    public byte[] Describe(ReconciliationState state) => ReconciliationJson.View(state, Evaluate(state), clock.GetUtcNow());

    /// <summary>As operators read it: <c>1/2 manufactured products</c>.</summary>
    /// <exception cref="InvalidRequestException">The state's entity is not defined.</exception>
    public string Progress(ReconciliationState state) => Evaluate(state).Progress;

    /// <summary>A status as the API and the table write it, e.g. <c>open</c>.</summary>
    public static string NameOf(ReconciliationStatus status) => ReconciliationJson.StatusName(status);

    private Evaluation Evaluate(ReconciliationState state)
    {
        if (!catalog.TryGet(state.Entity, out var definition)) throw new InvalidRequestException(catalog.DescribeUnknown(state.Entity));
        return Evaluation.Of(_compiled.Of(definition), state, new FieldValues());
    }
}

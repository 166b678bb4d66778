using System.Collections.Concurrent;
using EntitySync.Core.Definitions;
using EntitySync.Core.Messages;
using EntitySync.Core.Reconciliation.Reading;

namespace EntitySync.Core.Reconciliation;

/// <summary>A definition with its readers. Immutable, thread-safe.</summary>
/// <exception cref="Errors.InvalidRequestException">A key or a field of what arrives may have several values.</exception>
internal sealed class CompiledReconciliation(ReconciliationDefinition definition)
{
    public ReconciliationDefinition Definition { get; } = definition;

    public ExpectedReader Expected { get; } = new(definition);

    public ArrivedReader Arrived { get; } = new(definition);

    public string Entity => Definition.Entity;

    public string DeadLetterTopic { get; } = definition.DeadLetterTopic();

    /// <summary>When something that nothing is expected of any more may go.</summary>
    public DateTimeOffset ExpiryFrom(DateTimeOffset moment) => Moments.Add(moment, Definition.Keep);

    /// <summary>When an entity of this message is overdue; null for never.</summary>
    public DateTimeOffset? DueAt(in ExpectedMessage message, DateTimeOffset timestamp) =>
        Definition.Deadline is { After: { } after } ? Moments.Add(timestamp, after) : message.DueAt;
}

/// <summary>The definitions of a catalog, each compiled when it is first asked for.</summary>
internal sealed class CompiledReconciliations
{
    private readonly ConcurrentDictionary<ReconciliationDefinition, CompiledReconciliation> _compiled = new(ReferenceEqualityComparer.Instance);

    public CompiledReconciliation Of(ReconciliationDefinition definition) => _compiled.GetOrAdd(definition, static one => new CompiledReconciliation(one));
}

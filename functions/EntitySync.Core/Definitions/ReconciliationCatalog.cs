using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EntitySync.Core.Definitions;

/// <summary>A reconciliation that reads a topic.</summary>
/// <param name="Definition">The reconciliation.</param>
/// <param name="IsExpected">True when the topic says what has to arrive, false when it brings it.</param>
public readonly record struct ReconciliationSource(ReconciliationDefinition Definition, bool IsExpected);

/// <summary>All reconciliations of a deployment, by name and by the topics they read.</summary>
public sealed class ReconciliationCatalog
{
    private readonly ImmutableSortedDictionary<string, ReconciliationDefinition> _byEntity;
    private readonly Dictionary<string, ImmutableArray<ReconciliationSource>> _byTopic;

    /// <param name="definitions">Their names differ.</param>
    public ReconciliationCatalog(IEnumerable<ReconciliationDefinition> definitions)
    {
        _byEntity = definitions.ToImmutableSortedDictionary(definition => definition.Entity, definition => definition, StringComparer.Ordinal);
        _byTopic = All.SelectMany(definition => (IEnumerable<(string Topic, ReconciliationSource Source)>)[(definition.Expected.Topic, new(definition, true)), (definition.Arrived.Topic, new(definition, false))])
            .GroupBy(each => each.Topic, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(each => each.Source).ToImmutableArray(), StringComparer.Ordinal);
    }

    public IEnumerable<ReconciliationDefinition> All => _byEntity.Values;

    /// <summary>The defined reconciliations, for messages.</summary>
    public string Names => _byEntity.IsEmpty ? "none is defined" : string.Join(", ", _byEntity.Keys);

    /// <summary>Topics that at least one of them reads.</summary>
    public IEnumerable<string> Topics => _byTopic.Keys.Order(StringComparer.Ordinal);

    public bool TryGet(string entity, [NotNullWhen(true)] out ReconciliationDefinition? definition) => _byEntity.TryGetValue(entity, out definition);

    /// <summary>The reconciliations that read <paramref name="topic"/>; empty when nobody does.</summary>
    public ImmutableArray<ReconciliationSource> OfTopic(string topic) => _byTopic.GetValueOrDefault(topic, []);

    /// <summary>What to tell whoever asked for a reconciliation that is not defined: the known ones, and the one probably meant.</summary>
    public string DescribeUnknown(string entity) => DidYouMean.DescribeUnknown("reconciliation", entity, _byEntity.Keys, Names);
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EntitySync.Core.Definitions;

/// <summary>All reconciliations of a deployment, by name.</summary>
public sealed class ReconciliationCatalog(IEnumerable<ReconciliationDefinition> definitions)
{
    private const int LongestShownName = 80;

    private readonly ImmutableSortedDictionary<string, ReconciliationDefinition> _byEntity =
        definitions.ToImmutableSortedDictionary(definition => definition.Entity, definition => definition, StringComparer.Ordinal);

    public IEnumerable<ReconciliationDefinition> All => _byEntity.Values;

    /// <summary>The defined reconciliations, for messages.</summary>
    public string Names => _byEntity.IsEmpty ? "none is defined" : string.Join(", ", _byEntity.Keys);

    /// <summary>The topics that reconciliations read, each once, for messages and subscriptions.</summary>
    public IEnumerable<string> Topics => All.SelectMany(definition => new[] { definition.Expected.Topic, definition.Arrived.Topic }).Distinct().Order(StringComparer.Ordinal);

    public bool TryGet(string entity, [NotNullWhen(true)] out ReconciliationDefinition? definition) => _byEntity.TryGetValue(entity, out definition);

    /// <summary>Reconciliations that read <paramref name="topic"/>, for what is expected or for what arrives; none for a topic of nobody's.</summary>
    public IReadOnlyList<ReconciliationDefinition> OfTopic(string topic) => [.. All.Where(definition => definition.Expected.Topic == topic || definition.Arrived.Topic == topic)];

    /// <summary>What to tell whoever asked for a reconciliation that is not defined: the known ones, and the one probably meant.</summary>
    public string DescribeUnknown(string entity)
    {
        var shown = entity.Length <= LongestShownName ? entity : entity[..LongestShownName] + "…";
        var meant = DidYouMean.Nearest(entity, _byEntity.Keys) is { } near ? $" Did you mean '{near}'?" : "";
        return $"reconciliation '{shown}' is not known; known: {Names}.{meant}";
    }
}

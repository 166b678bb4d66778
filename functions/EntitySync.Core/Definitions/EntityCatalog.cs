using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace EntitySync.Core.Definitions;

/// <summary>All definitions of a deployment, by entity.</summary>
public sealed class EntityCatalog(IEnumerable<EntityDefinition> definitions)
{
    private readonly ImmutableSortedDictionary<string, EntityDefinition> _byEntity =
        definitions.ToImmutableSortedDictionary(definition => definition.Entity, definition => definition, StringComparer.Ordinal);

    public IEnumerable<EntityDefinition> All => _byEntity.Values;

    /// <summary>The defined entities, for messages.</summary>
    public string Names => _byEntity.IsEmpty ? "none is defined" : string.Join(", ", _byEntity.Keys);

    public bool TryGet(string entity, [NotNullWhen(true)] out EntityDefinition? definition) => _byEntity.TryGetValue(entity, out definition);

    /// <summary>What to tell whoever asked for an entity that is not defined: the known ones, and the one probably meant.</summary>
    public string DescribeUnknown(string entity) => DidYouMean.DescribeUnknown("entity", entity, _byEntity.Keys, Names);

    /// <summary>Entities with a lookup relation from <paramref name="referenceTable"/>: the ones a change of its rows must replay.</summary>
    public IEnumerable<(EntityDefinition Definition, RelationDefinition Relation)> LookingUp(string referenceTable) =>
        from definition in All
        from relation in definition.AllRelations
        where relation.Strategy == Strategy.Lookup && relation.From == referenceTable
        select (definition, relation);
}

using System.Diagnostics.CodeAnalysis;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.ReferenceTables;

/// <summary>A DynamoDB table of related rows.</summary>
/// <param name="Name">Logical name, e.g. <c>delivery-classes</c>; also the topic its rows are published to.</param>
/// <param name="KeyField">Field of a row that is its key, e.g. <c>name</c>; partition key attribute of the table.</param>
public sealed record ReferenceTable(string Name, string KeyField);

/// <summary>The reference tables of all definitions: those that lookup relations read, and those whose topics other relations follow.</summary>
public sealed class ReferenceTableCatalog
{
    private readonly Dictionary<string, ReferenceTable> _byName = new(StringComparer.Ordinal);

    /// <exception cref="InvalidRequestException">Two relations disagree about the key of a table, or a table has a composite key.</exception>
    public ReferenceTableCatalog(EntityCatalog entities)
    {
        foreach (var definition in entities.All)
        {
            foreach (var relation in definition.AllRelations.Where(relation => relation.IsFromTable)) Add(definition, relation);
        }
    }

    /// <summary>By name.</summary>
    public IEnumerable<ReferenceTable> All => _byName.Values.OrderBy(table => table.Name, StringComparer.Ordinal);

    public bool TryGet(string name, [NotNullWhen(true)] out ReferenceTable? table) => _byName.TryGetValue(name, out table);

    private void Add(EntityDefinition definition, RelationDefinition relation)
    {
        if (relation.Key.Path is not { Steps: [{ EachElement: false } field] })
            throw new InvalidRequestException($"Relation '{relation.Name}' of entity '{definition.Entity}' finds rows of '{relation.From}' by {relation.Key}: one top-level field is expected.");
        if (!_byName.TryGetValue(relation.From, out var known)) _byName[relation.From] = new ReferenceTable(relation.From, field.Name);
        else if (known.KeyField != field.Name)
            throw new InvalidRequestException($"Relation '{relation.Name}' of entity '{definition.Entity}' says the key of '{relation.From}' is '{field.Name}', another relation says '{known.KeyField}'.");
    }
}

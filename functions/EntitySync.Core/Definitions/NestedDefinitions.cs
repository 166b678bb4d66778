using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Cuts a definition with nested relations into definitions without. The rows of a relation with relations of its own are the root of a join of their own,
/// whose output (an internal topic of joined rows) takes the place of the related topic.
/// </summary>
public static class NestedDefinitions
{
    /// <summary>
    /// The entity's own first, then one for each relation with relations of its own, parents before children. What a made one says:
    /// <see cref="EntityDefinition.Entity"/> is <c>{entity}-{relation}</c> and so the prefix of its internal topics, the root is the relation's topic under the
    /// row's own key, and it is emitted on change to <see cref="TopicNames.JoinedTopic"/>.
    /// </summary>
    public static ImmutableArray<EntityDefinition> Flatten(this EntityDefinition definition)
    {
        var all = ImmutableArray.CreateBuilder<EntityDefinition>();
        Add(definition, all);
        return all.ToImmutable();
    }

    private static void Add(EntityDefinition definition, ImmutableArray<EntityDefinition>.Builder all)
    {
        all.Add(definition with { Relations = [.. definition.Relations.Select(relation => OfJoinedRows(definition, relation))] });
        foreach (var relation in definition.Relations.Where(relation => relation.Relations.Length > 0)) Add(OfRows(definition, relation), all);
    }

    private static RelationDefinition OfJoinedRows(EntityDefinition definition, RelationDefinition relation) => relation.Relations.IsEmpty
        ? relation
        : relation with
        {
            From = definition.JoinedTopic(relation),
            Source = RelationSource.Topic,
            Format = DocumentFormat.Json,
            Embed = relation.Embed is { Fields.Length: > 0 } embed ? embed with { Fields = embed.Fields.AddRange(relation.Relations.SelectMany(NestedFields)) } : relation.Embed,
            Relations = [],
        };

    private static IEnumerable<FieldMapping> NestedFields(RelationDefinition nested) =>
        nested.Targets.Select(target => new FieldMapping(target, new FieldPath(target, [new FieldStep(target, false)])) { IsOptional = true });

    private static EntityDefinition OfRows(EntityDefinition definition, RelationDefinition relation) => new()
    {
        Entity = $"{definition.Entity}-{relation.Name}",
        Root = new RootDefinition(relation.From, KeyDefinition.None, Format: relation.Format),
        Relations = relation.Relations,
        Emit = new EmitDefinition(EmitWhen.OnChange),
        Output = new OutputDefinition(definition.JoinedTopic(relation)),
        SourceFile = definition.SourceFile,
    };
}

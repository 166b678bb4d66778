using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;

namespace EntitySync.Testing;

/// <summary>
/// The oracle of whole definitions, nested relations included: what the final tables make of a root. A nested relation is nothing but a join of the related row
/// before anybody looks at it, so it is just that here: each level by <see cref="NaiveEnrichment"/>, again and again.
/// </summary>
public static class NaiveTopology
{
    /// <summary>Changes <paramref name="root"/> in place.</summary>
    /// <param name="definition">As the file has it; strategies make no difference.</param>
    /// <param name="root">A well-formed root.</param>
    /// <param name="table">The last rows of a topic, each with its own key, in any order.</param>
    public static NaiveEnrichment.Verdict Apply(EntityDefinition definition, JsonObject root, Func<string, IEnumerable<(string Key, JsonObject Row)>> table)
    {
        var flat = definition with { Relations = [.. definition.Relations.Select(WithNestedFields)] };
        return NaiveEnrichment.ApplyAll(flat, root, (relation, key) => JoinedRows(definition, relation.Name, table).Where(pair => NaiveKeys.Of(pair.Row, relation.Key).Contains(key)));
    }

    /// <summary>A row that its own relations drop or reject is not there.</summary>
    private static IEnumerable<(string Key, JsonObject Row)> JoinedRows(EntityDefinition definition, string name, Func<string, IEnumerable<(string Key, JsonObject Row)>> table)
    {
        var relation = definition.Relations.Single(relation => relation.Name == name);
        foreach (var (key, row) in table(relation.From))
        {
            var joined = row.DeepClone().AsObject();
            if (Apply(definition with { Relations = relation.Relations, Emit = new EmitDefinition() }, joined, table) == NaiveEnrichment.Verdict.Emitted) yield return (key, joined);
        }
    }

    private static RelationDefinition WithNestedFields(RelationDefinition relation) => relation.Embed is not { Fields.Length: > 0 } embed
        ? relation
        : relation with { Embed = embed with { Fields = [.. embed.Fields, .. relation.Relations.SelectMany(nested => nested.Targets).Select(Optional)] } };

    private static FieldMapping Optional(string target) => new(target, new FieldPath(target, [new FieldStep(target, false)])) { IsOptional = true };
}

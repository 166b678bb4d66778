using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Simulation.Oracle;

/// <summary>A row under one of the root's values.</summary>
public sealed record Candidate(string Value, string Key, JsonObject Row);

/// <summary>
/// The oracle: what a definition makes of whole tables, written as plainly as possible on <see cref="JsonNode"/>.
/// Slow, and on purpose not sharing a line with the product.
/// </summary>
public static class NaiveJoin
{
    /// <returns>The output; null when the entity is dropped or rejected.</returns>
    public static JsonObject? Apply(EntityDefinition definition, JsonObject root, Func<RelationDefinition, IEnumerable<(string Key, JsonObject Row)>> table)
    {
        var output = root.DeepClone().AsObject();
        foreach (var relation in definition.Relations)
        {
            var rows = table(relation).OrderBy(row => row.Key, StringComparer.Ordinal).ToList();
            var found = NaiveKeys.Of(root, relation.Match).Distinct().SelectMany(value =>
                rows.Where(row => NaiveKeys.Of(row.Row, relation.Key).SequenceEqual([value])).Select(row => new Candidate(value, row.Key, row.Row)));
            foreach (var target in TargetsOf(relation)) output.Remove(target);
            if (definition.Emit.Complete.Contains(relation.Name) && !NaiveKeys.Of(root, relation.Match).All(value => found.Any(row => row.Value == value && IsCandidate(relation, row.Row)))) return null;
            if (Fields(relation, [.. found]) is not { } fields) return null;
            foreach (var (name, value) in fields) output[name] = value?.DeepClone();
        }

        return output;
    }

    /// <summary>What a relation adds to the output; null when it forbids the output.</summary>
    /// <param name="relation">The relation.</param>
    /// <param name="found">Rows in the order of the root's values, and of their keys.</param>
    public static JsonObject? Fields(RelationDefinition relation, IReadOnlyList<Candidate> found)
    {
        found = [.. found.Where(row => IsCandidate(relation, row.Row))];
        var rows = relation.Pick is { } pick ? [.. Ordered(found, pick).Take(1)] : Listed(relation, found);
        if (rows.Count > 1 && !relation.Many) return null;
        if (rows.Count == 0)
        {
            return relation.Missing.Action is MissingAction.Drop or MissingAction.Reject
                ? null
                : new(relation.Missing.Constants.Select(constant => KeyValuePair.Create(constant.Target, JsonNode.Parse(constant.Json.AsSpan()))));
        }

        return relation.Embed is { } embed
            ? new() { [embed.Target] = new JsonArray([.. rows.Select(row => Mapped(row.Row, embed.Fields))]) }
            : Mapped(rows[0].Row, relation.Set);
    }

    /// <summary>Whether a row is one of those that a relation chooses from.</summary>
    public static bool IsCandidate(RelationDefinition relation, JsonObject row) => Fits(relation, row) && (relation.Pick is not { } pick || row[pick.Field.Text] is not null);

    /// <summary>Whether a row counts; the grid's conditions are on whole numbers and null.</summary>
    public static bool Fits(RelationDefinition relation, JsonObject row) => relation.Where.All(condition =>
        condition.Values.Any(value => Encoding.UTF8.GetString(value.AsSpan()) == (row[condition.Field.Text]?.ToJsonString() ?? "null")));

    public static IEnumerable<string> TargetsOf(RelationDefinition relation) =>
        relation.Embed is { } embed ? [embed.Target] : relation.Set.Select(mapping => mapping.Target);

    /// <summary>False when a relation's values cannot be read: the grid writes an object there.</summary>
    public static bool IsJoinable(EntityDefinition definition, JsonObject root) =>
        definition.Relations.Select(relation => root[$"f{relation.Name[1..]}"]).All(value => value is not JsonObject && (value as JsonArray)?.FirstOrDefault() is not JsonObject);

    /// <summary>True when the output is the root, but for what relations write.</summary>
    public static bool IsRootOf(EntityDefinition definition, JsonObject root, JsonObject output)
    {
        var targets = definition.Relations.SelectMany(TargetsOf).ToHashSet(StringComparer.Ordinal);
        return Without(root) == Without(output);

        string Without(JsonObject document) => Canonical(new JsonObject(
            document.Where(field => !targets.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))));
    }

    /// <summary>One text for all ways to write an object.</summary>
    public static string Canonical(JsonObject document) =>
        "{" + string.Join(',', document.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"\"{field.Key}\":{field.Value?.ToJsonString() ?? "null"}")) + "}";

    public static JsonObject Parse(byte[] json) => JsonNode.Parse(Encoding.UTF8.GetString(json))!.AsObject();

    private static JsonObject Mapped(JsonObject row, IEnumerable<FieldMapping> fields) =>
        new(fields.Where(field => !field.IsOptional || row.ContainsKey(field.Target)).Select(field => KeyValuePair.Create(field.Target, row[field.Source.Text]?.DeepClone() ?? (field.Default is { } constant ? JsonNode.Parse(constant.AsSpan()) : null))));

    private static List<Candidate> Listed(RelationDefinition relation, IEnumerable<Candidate> rows)
    {
        if (relation.Order is { By.Text: var by, Direction: var direction })
        {
            var sign = direction == OrderDirection.Descending ? -1 : 1;
            rows = rows.OrderBy(row => row.Row[by] is null).ThenBy(row => sign * (row.Row[by]?.GetValue<int>() ?? 0)).ThenBy(row => row.Key, StringComparer.Ordinal);
        }

        return [.. rows.Take(relation.Limit ?? int.MaxValue)];
    }

    private static IEnumerable<Candidate> Ordered(IEnumerable<Candidate> rows, PickDefinition pick) => pick.Order switch
    {
        PickOrder.Min => rows.OrderBy(row => row.Row[pick.Field.Text]!.GetValue<int>()).ThenBy(row => row.Key, StringComparer.Ordinal),
        PickOrder.Max => rows.OrderByDescending(row => row.Row[pick.Field.Text]!.GetValue<int>()).ThenBy(row => row.Key, StringComparer.Ordinal),
        _ => rows,
    };
}

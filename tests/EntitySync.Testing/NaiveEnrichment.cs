using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;

namespace EntitySync.Testing;

/// <summary>
/// The oracle: what a definition makes of a well-formed root, written as plainly as possible on <see cref="JsonNode"/>.
/// Slow, and on purpose not sharing a line with the product.
/// </summary>
public static class NaiveEnrichment
{
    public enum Verdict { Emitted, Dropped, Rejected }

    /// <summary>Joins the lookup relations. Changes <paramref name="root"/> in place.</summary>
    /// <param name="row">The row of a table with this key.</param>
    public static Verdict Apply(EntityDefinition definition, JsonObject root, Func<string, string, JsonObject?> row) => ApplyAll(
        definition with { Relations = [.. definition.Relations.Where(relation => relation.Strategy == Strategy.Lookup)] },
        root,
        (relation, key) => row(relation.From, key) is { } found ? [(key, found)] : []);

    /// <summary>Joins all relations, whatever their strategy. Changes <paramref name="root"/> in place.</summary>
    /// <param name="rows">The related rows with this join value, each with its own key, in any order.</param>
    public static Verdict ApplyAll(EntityDefinition definition, JsonObject root, Func<RelationDefinition, string, IEnumerable<(string Key, JsonObject Row)>> rows)
    {
        var candidates = definition.Relations.ToDictionary(relation => relation.Name, relation => NaiveKeys.Of(root, relation.Match).Distinct().Select(key => Candidates(relation, rows(relation, key))).ToList());
        if (definition.Emit.Complete.Any(name => candidates.GetValueOrDefault(name, []).Exists(each => each.Count == 0))) return Verdict.Dropped;
        foreach (var relation in definition.Relations)
        {
            var found = candidates[relation.Name].SelectMany(each => each).ToList();
            if (relation.Pick is { } pick) found = [.. Ordered(found, pick).Take(1)];
            if (relation.Order is { } order) found = Arranged(found, order);
            if (relation.Limit is { } limit) found = [.. found.Take(limit)];
            if (found.Count > 1 && !relation.Many) return Verdict.Rejected;
            if (found.Count == 0 && relation.Missing.Action == MissingAction.Drop) return Verdict.Dropped;
            if (found.Count == 0 && relation.Missing.Action == MissingAction.Reject) return Verdict.Rejected;
            if (found.Count == 0)
            {
                foreach (var mapping in relation.Set) root.Remove(mapping.Target);
                if (relation.Embed is not null) root.Remove(relation.Embed.Target);
                foreach (var (target, json) in relation.Missing.Constants) root[target] = JsonNode.Parse(json.AsSpan());
                continue;
            }

            foreach (var mapping in relation.Set) root[mapping.Target] = Mapped(found[0].Row, mapping);
            if (relation.Embed is not { } embed) continue;
            var embedded = found.Select(pair => Embedded(pair.Row, embed)).ToArray();
            root[embed.Target] = relation.Many ? new JsonArray(embedded) : embedded[0];
        }

        return Verdict.Emitted;
    }

    private static List<(string Key, JsonObject Row)> Candidates(RelationDefinition relation, IEnumerable<(string Key, JsonObject Row)> rows) =>
    [
        .. rows.Where(pair => Fits(relation, pair.Row) && (relation.Pick is null || Value(pair.Row, relation.Pick.Field) is JsonValue))
            .OrderBy(pair => pair.Key, Comparer<string>.Create(CompareUtf8)),
    ];

    private static JsonNode Embedded(JsonObject row, EmbedDefinition embed) => embed.Fields.Length == 0
        ? row.DeepClone()
        : new JsonObject(embed.Fields.Where(field => !field.IsOptional || row.ContainsKey(field.Target)).Select(field => KeyValuePair.Create(field.Target, Mapped(row, field))));

    private static JsonNode? Mapped(JsonObject row, FieldMapping field)
    {
        if (Value(row, field.Source) is { } value) return value.DeepClone();
        return field.Default is { } constant ? JsonNode.Parse(constant.AsSpan()) : null;
    }

    private static bool Fits(RelationDefinition relation, JsonObject row) => relation.Where.All(condition => condition.Values.Any(json =>
    {
        var (wanted, found) = (JsonNode.Parse(json.AsSpan()), Value(row, condition.Field));
        return wanted is null ? found is null : found is JsonValue && Compare(wanted, found) == 0;
    }));

    private static List<(string Key, JsonObject Row)> Arranged(List<(string Key, JsonObject Row)> found, OrderDefinition order)
    {
        var byKey = found.OrderBy(pair => pair.Key, Comparer<string>.Create(CompareUtf8)).ToLookup(pair => Value(pair.Row, order.By) is JsonValue);
        var byValue = Comparer<JsonNode>.Create(Compare);
        var having = order.Direction == OrderDirection.Descending
            ? byKey[true].OrderByDescending(pair => Value(pair.Row, order.By)!, byValue)
            : byKey[true].OrderBy(pair => Value(pair.Row, order.By)!, byValue);
        return [.. having, .. byKey[false]];
    }

    private static IEnumerable<(string Key, JsonObject Row)> Ordered(List<(string Key, JsonObject Row)> found, PickDefinition pick)
    {
        if (pick.Order == PickOrder.First) return found;
        var byValue = Comparer<JsonNode>.Create((a, b) => pick.Order == PickOrder.Min ? Compare(a, b) : Compare(b, a));
        return found.OrderBy(pair => Value(pair.Row, pick.Field)!, byValue).ThenBy(pair => pair.Key, Comparer<string>.Create(CompareUtf8));
    }

    private static JsonNode? Value(JsonObject row, FieldPath path) => Values(row, path).SingleOrDefault();

    private static IEnumerable<JsonNode> Values(JsonNode root, FieldPath path) => path.Steps.Aggregate(
        (IEnumerable<JsonNode>)[root],
        (nodes, step) => nodes.Select(node => (node as JsonObject)?[step.Name]).SelectMany(node => step.EachElement ? (IEnumerable<JsonNode?>?)(node as JsonArray) ?? [] : [node]).OfType<JsonNode>());

    private static int Compare(JsonNode a, JsonNode b)
    {
        var byKind = Rank(a).CompareTo(Rank(b));
        if (byKind != 0) return byKind;
        return Rank(a) switch
        {
            0 => CompareNumbers(a.ToJsonString(), b.ToJsonString()),
            1 => CompareUtf8(a.GetValue<string>(), b.GetValue<string>()),
            _ => 0,
        };
    }

    private static int Rank(JsonNode node) => node.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.Number => 0,
        System.Text.Json.JsonValueKind.String => 1,
        System.Text.Json.JsonValueKind.False => 2,
        _ => 3,
    };

    private static int CompareUtf8(string? a, string? b) => Encoding.UTF8.GetBytes(a!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b!));

    private static int CompareNumbers(string a, string b)
    {
        var (mantissaA, exponentA) = Parse(a);
        var (mantissaB, exponentB) = Parse(b);
        var least = Math.Min(exponentA, exponentB);
        return (mantissaA * BigInteger.Pow(10, exponentA - least)).CompareTo(mantissaB * BigInteger.Pow(10, exponentB - least));
    }

    private static (BigInteger Mantissa, int Exponent) Parse(string number)
    {
        var parts = number.Split('e', 'E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign) : 0;
        var point = parts[0].IndexOf('.');
        var decimals = point < 0 ? 0 : parts[0].Length - point - 1;
        return (BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal)), exponent - decimals);
    }
}

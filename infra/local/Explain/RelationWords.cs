using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Explain;

/// <summary>What a relation does, in words.</summary>
internal static class RelationWords
{
    /// <summary>Which rows, how many of them, what becomes of them, and what happens without any.</summary>
    public static IEnumerable<string> Of(RelationDefinition relation)
    {
        var rows = relation.Format == DocumentFormat.Debezium ? "rows (change events)" : "rows";
        yield return $"{rows} of {(relation.Strategy == Strategy.Lookup ? "reference table " : "")}{relation.From} whose {relation.Key} equals {relation.Match}{Where(relation)}";
        yield return $"{Which(relation)} {Targets(relation)}; without any row {Missing(relation)}";
    }

    private static string Where(RelationDefinition relation) => relation.Where.IsEmpty
        ? ""
        : $", only those with {Conditions(relation.Where)}";

    public static string Conditions(IEnumerable<WhereCondition> conditions) =>
        string.Join(" and ", conditions.Select(condition => $"{condition.Field} {(condition.Values.Length == 1 ? "" : "one of ")}{string.Join(", ", condition.Values.Select(value => Json(value)))}"));

    private static string Which(RelationDefinition relation)
    {
        if (relation.Pick is { } pick)
        {
            return pick.Order switch
            {
                PickOrder.Min => $"the one with the smallest {pick.Field} is",
                PickOrder.Max => $"the one with the greatest {pick.Field} is",
                _ => $"the first one that has {pick.Field} is",
            };
        }

        if (!relation.Many) return "the only one is";
        var order = relation.Order is { } by ? $", by {by.By} {by.Direction.ToString().ToLowerInvariant()}" : "";
        return relation.Limit is { } limit ? $"the first {limit} of them{order}, are" : $"all of them{order}{(order.Length > 0 ? "," : "")} are";
    }

    private static string Targets(RelationDefinition relation)
    {
        var embed = relation.Embed is { } target ? $"embedded as {target.Target}{(target.Fields.IsEmpty ? "" : $" ({Fields(target.Fields)})")}" : "";
        var set = relation.Set.IsEmpty ? "" : $"written as {Fields(relation.Set)}";
        return embed.Length > 0 && set.Length > 0 ? $"{embed} and {set}" : embed + set;
    }

    public static string Fields(IEnumerable<FieldMapping> fields) =>
        string.Join(", ", fields.Select(field => field.Target == field.Source.Text ? field.Target : $"{field.Target} from {field.Source}"));

    private static string Missing(RelationDefinition relation) => relation.Missing.Action switch
    {
        MissingAction.Drop => "the parent is not emitted",
        MissingAction.Reject => "the record goes to the dead letters",
        MissingAction.Set => string.Join(", ", relation.Missing.Constants.Select(constant => $"{constant.Target} is {Json(constant.Json)}")),
        _ => "the fields are left out",
    };

    private static string Json(IEnumerable<byte> json) => Encoding.UTF8.GetString([.. json]);
}

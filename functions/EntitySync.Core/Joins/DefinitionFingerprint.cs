using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>A number that stays the same as long as a topology makes the same outputs of the same rows: root, joined relations, emission.</summary>
internal static class DefinitionFingerprint
{
    public static ulong Of(EntityDefinition definition)
    {
        var text = new StringBuilder().AppendLine($"{definition.Root} {definition.Emit.When} {definition.Emit.Once} {string.Join(' ', definition.Emit.Complete)} {definition.Hook} {definition.EmissionTopic()}");
        foreach (var relation in definition.Relations.Where(relation => relation.Strategy != Strategy.Lookup)) Append(text, relation);
        return StableHash.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    // Strategy is left out: it changes how rows come, not what is made of them.
    private static void Append(StringBuilder text, RelationDefinition relation)
    {
        text.AppendLine($"{relation.Name} {relation.From} {relation.Key} = {relation.Match} {relation.Pick} {relation.Many}");
        foreach (var condition in relation.Where) text.AppendLine($"{condition.Field} in {string.Join(' ', condition.Values.Select(value => Encoding.UTF8.GetString(value.AsSpan())))}");
        text.AppendLine($"{relation.Order} {relation.Limit}");
        text.AppendLine(string.Join(' ', relation.Set.Select(Text)));
        if (relation.Embed is { } embed) text.AppendLine($"{embed.Target} {string.Join(' ', embed.Fields.Select(Text))}");
        text.Append(relation.Missing.Action);
        foreach (var (target, json) in relation.Missing.Constants) text.Append($" {target} {Encoding.UTF8.GetString(json.AsSpan())}");
        text.AppendLine();
    }

    private static string Text(FieldMapping field) =>
        $"{field.Target} = {field.Source}{(field.Default is { } constant ? $" or {Encoding.UTF8.GetString(constant.AsSpan())}" : "")}";
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Writes a read model down as entries, so that two can be compared place by place. Texts are canonical: equal ones mean the same, and names in them are without white space, so different ones
/// differ.
/// </summary>
internal static class ReadModelEntries
{
    /// <summary>Raised when the same definition makes other rows than before.</summary>
    private const int FormOfRows = 1;

    private const int FingerprintBytes = 16;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All but the name.</summary>
    public static IEnumerable<DefinitionEntry> Of(ReadModelDefinition definition) =>
    [
        .. OfRows(definition),
        new("keep", "", "keep", IsoDuration.Text(definition.Keep)),
        new("output.topic", "", "output", definition.OutputTopic ?? ""),
    ];

    /// <summary>32 hexadecimal digits, over the entries that say what the rows and indexes are.</summary>
    public static string Fingerprint(ReadModelDefinition definition)
    {
        var text = new StringBuilder().Append(FormOfRows).Append('\n');
        foreach (var entry in OfRows(definition).OrderBy(entry => entry.Path, StringComparer.Ordinal)) text.Append(entry.Path).Append(' ').Append(entry.Text).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, FingerprintBytes));
    }

    private static IEnumerable<DefinitionEntry> OfRows(ReadModelDefinition definition)
    {
        foreach (var entry in definition.Topics.SelectMany(OfTopic)) yield return entry;
        foreach (var state in definition.States) yield return new($"states.{state.Field}", "states", state.Field, JsonSerializer.Serialize(state.Order, Relaxed));
        foreach (var index in definition.Indexes) yield return new($"indexes.{index.Name}", "indexes", index.Name, IndexText(index));
    }

    private static IEnumerable<DefinitionEntry> OfTopic(ReadModelTopic topic)
    {
        var owner = $"topics.{topic.Topic}";
        yield return new($"{owner}.key", owner, "key", topic.Key.Columns.IsEmpty ? "" : topic.Key.ToString());
        yield return new($"{owner}.time", owner, "time", topic.Time?.Text ?? "");
        if (topic.Id is { } id) yield return new($"{owner}.id", owner, "id", id.Text);
        yield return new($"{owner}.tombstones", owner, "tombstones", topic.Tombstones == TombstoneRule.DeadLetter ? "" : topic.Tombstones.ToString().ToLowerInvariant());
        for (var index = 0; index < topic.Events.Length; index++)
        {
            var (rule, place) = (topic.Events[index], $"{owner}.events[{index}]");
            yield return new($"{place}.where", place, "where", string.Join(", ", rule.Where.OrderBy(condition => condition.Field.Text, StringComparer.Ordinal).Select(Condition)));
            if (rule.Deletes) yield return new($"{place}.delete", place, "delete", "true");
            foreach (var change in rule.Changes)
            {
                var how = change.Kind.ToString().ToLowerInvariant();
                yield return new($"{place}.{how}.{change.Field}", place, how, ChangeText(change));
            }
        }
    }

    private static string Condition(WhereCondition condition) =>
        $"{condition.Field} [{string.Join(",", condition.Values.Select(Json).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}]";

    private static string ChangeText(FieldChange change)
    {
        var value = change switch
        {
            { Fields.IsEmpty: false } => $"[{string.Join(", ", change.Fields.OrderBy(field => field.Target, StringComparer.Ordinal).Select(field => $"{field.Target}: {Source(field.Source, field.Default)}"))}]",
            { Source: { } source } => Source(source, change.Constant),
            { Constant: { } constant } => $"value {Json(constant)}",
            _ => "",
        };
        return change.Kind == FieldChangeKind.Append ? $"{value} limit {change.Limit}" : value;
    }

    private static string Source(FieldPath source, ImmutableArray<byte>? standard) => standard is { } constant ? $"{source} or {Json(constant)}" : source.Text;

    private static string IndexText(ReadModelIndex index) => index.Sort is { } sort ? $"{index.Key} by {(index.SortsNumbers ? "number " : "")}{sort}" : index.Key;

    private static string Json(ImmutableArray<byte> json) => Encoding.UTF8.GetString(json.AsSpan());
}

using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Testing;

/// <summary>An event of a row, read by a JSON parser.</summary>
internal sealed class NaiveEvent
{
    public required string Key { get; init; }

    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    public required long Time { get; init; }

    /// <summary>What tells it from others; null without.</summary>
    public string? Id { get; init; }

    public bool Deletes { get; private set; }

    public bool Exists { get; private set; }

    public List<NaiveFact> Facts { get; } = [];

    /// <returns>Null for a record that fits no rule, or cannot be used.</returns>
    public static NaiveEvent? Read(ReadModelDefinition definition, ReadModelTopic topic, int partition, EnrichRecord record)
    {
        var time = record.Timestamp.ToUnixTimeMilliseconds();
        if (record.Value is not { } value)
        {
            return topic.Tombstones == TombstoneRule.Delete && record.Key is { } bytes
                ? new NaiveEvent { Key = Encoding.UTF8.GetString(bytes.Span), Topic = topic.Topic, Partition = partition, Offset = record.Offset, Time = time, Deletes = true }
                : null;
        }

        try
        {
            using var json = JsonDocument.Parse(value);
            if (topic.Time is { } at)
            {
                var element = Find(json.RootElement, at)!.Value;
                time = element.ValueKind == JsonValueKind.Number ? element.GetInt64() : DateTimeOffset.Parse(element.GetString()!, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
            }

            var one = new NaiveEvent { Key = KeyOf(topic.Key, json.RootElement), Topic = topic.Topic, Partition = partition, Offset = record.Offset, Time = time, Id = IdOf(topic, json.RootElement) };
            foreach (var rule in topic.Events.Where(rule => rule.Where.All(condition => Fits(condition, json.RootElement)))) one.Apply(definition, rule, json.RootElement);
            if (one.Deletes)
            {
                one.Exists = false;
                one.Facts.Clear();
            }

            return one.Deletes || one.Exists ? one : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? IdOf(ReadModelTopic topic, JsonElement root)
    {
        if (topic.Id is not { } path) return null;
        var element = Find(root, path) ?? throw new FormatException("no id");
        return element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Number => element.GetRawText(),
            _ => throw new FormatException("no id"),
        };
    }

    private void Apply(ReadModelDefinition definition, EventRule rule, JsonElement root)
    {
        Deletes |= rule.Deletes;
        Exists |= !rule.Deletes;
        foreach (var change in rule.Changes)
        {
            if (Fact(definition, change, root) is { } fact) Facts.Add(fact);
        }
    }

    private NaiveFact? Fact(ReadModelDefinition definition, FieldChange change, JsonElement root)
    {
        if (change.Fields.Length > 0)
        {
            var members = change.Fields.Select(member => $"{JsonSerializer.Serialize(member.Target)}:{Found(Find(root, member.Source)) ?? Text(member.Default) ?? "null"}");
            return new NaiveFact(this, change.Field, $"{{{string.Join(',', members)}}}", 0, 0);
        }

        var element = change.Source is { } source ? Find(root, source) : null;
        var json = Found(element) ?? Text(change.Constant);
        if (change.Kind == FieldChangeKind.Increment) return Amount(change.Field, json ?? throw new FormatException("no number"));
        if (definition.States.FirstOrDefault(order => order.Field == change.Field) is { } states)
        {
            if (json is null) return null;
            var state = json[0] == '"' ? JsonSerializer.Deserialize<string>(json)! : json;
            return states.Order.Contains(state) ? new NaiveFact(this, change.Field, state, 0, 0) : throw new FormatException("no such state");
        }

        if (json is null && change.Kind == FieldChangeKind.Set && element?.ValueKind == JsonValueKind.Null) json = "null";
        return json is null && change.Kind != FieldChangeKind.Replace ? null : new NaiveFact(this, change.Field, json, 0, 0);
    }

    private NaiveFact Amount(string field, string json)
    {
        var text = json.Trim('"');
        var number = decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        var digits = text.Contains('.', StringComparison.Ordinal) ? text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
        return new NaiveFact(this, field, null, new BigInteger(number * (decimal)Math.Pow(10, digits)), digits);
    }

    private static bool Fits(WhereCondition condition, JsonElement root)
    {
        var found = Found(Find(root, condition.Field)) ?? "null";
        return condition.Values.Any(value => Encoding.UTF8.GetString(value.AsSpan()) == found);
    }

    private static string KeyOf(KeyDefinition key, JsonElement root)
    {
        var columns = key.Columns.Select(column => string.Concat(column.Parts.Select(part => part.Path is { } path ? ScalarText(Find(root, path)) : part.Text))).ToList();
        return columns.Count == 1 ? columns[0] : JsonSerializer.Serialize(columns);
    }

    private static string ScalarText(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } found => found,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => throw new FormatException("no key"),
    };

    private static JsonElement? Find(JsonElement root, FieldPath path)
    {
        foreach (var step in path.Steps)
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(step.Name, out root)) return null;
        }

        return root;
    }

    private static string? Found(JsonElement? element) => element is { ValueKind: not JsonValueKind.Null } found ? found.GetRawText() : null;

    private static string? Text(ImmutableArray<byte>? constant) => constant is { } bytes ? Encoding.UTF8.GetString(bytes.AsSpan()) : null;
}

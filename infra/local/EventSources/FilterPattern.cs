using System.Text.Json;

namespace EntitySync.Local.EventSources;

/// <summary>
/// One pattern of a mapping's FilterCriteria, for records of a DynamoDB stream. Fields side by side must all match; of the values in a list one is enough:
/// <c>{"dynamodb":{"NewImage":{"status":{"S":["complete"]}},"OldImage":{"status":{"S":[{"anything-but":["complete"]}]}}}}</c>.
/// Exact values, <c>anything-but</c> and <c>exists</c> are known. Immutable.
/// </summary>
public sealed class FilterPattern
{
    /// <summary>Numbers are texts in these events, so a pattern on them is one of texts; and these two fields are all that can be filtered on.</summary>
    private static readonly string[] Filterable = ["dynamodb", "eventName"];

    private readonly PatternNode _root;

    private FilterPattern(string text, PatternNode root) => (Text, _root) = (text, root);

    /// <summary>As the template has it.</summary>
    public string Text { get; }

    /// <param name="pattern">JSON.</param>
    /// <param name="source">The event source's name, for messages.</param>
    /// <exception cref="InvalidDataException">Not a pattern, or one that the runner does not know: it would let through what the service holds back.</exception>
    public static FilterPattern Parse(string pattern, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(pattern);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException($"{source}: the filter pattern {pattern} is no JSON object.");
            foreach (var field in document.RootElement.EnumerateObject().Where(field => !Filterable.Contains(field.Name)))
                throw new InvalidDataException($"{source}: the filter pattern asks for '{field.Name}'; records of a DynamoDB stream are filtered on {string.Join(" and ", Filterable)}.");
            return new FilterPattern(pattern, PatternNode.Parse(document.RootElement, source, ""));
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{source}: the filter pattern {pattern} is not JSON: {exception.Message}", exception);
        }
    }

    public bool Matches(JsonElement record) => _root.Matches(record);

    public override string ToString() => Text;
}

/// <summary>A field of a pattern: an object with fields of its own, or a list of values.</summary>
internal abstract class PatternNode
{
    /// <param name="element">Null: the event has no such field.</param>
    public abstract bool Matches(JsonElement? element);

    public static PatternNode Parse(JsonElement pattern, string source, string path) => pattern.ValueKind switch
    {
        JsonValueKind.Object => new Fields([.. pattern.EnumerateObject().Select(field => (field.Name, Parse(field.Value, source, $"{path}.{field.Name}".TrimStart('.'))))]),
        JsonValueKind.Array when pattern.GetArrayLength() > 0 => new Values([.. pattern.EnumerateArray().Select(rule => PatternRule.Parse(rule, source, path))]),
        _ => throw new InvalidDataException($"{source}: '{path}' of the filter pattern is {pattern.GetRawText()}; an object or a list with values is expected."),
    };

    private sealed class Fields(IReadOnlyList<(string Name, PatternNode Node)> fields) : PatternNode
    {
        public override bool Matches(JsonElement? element) => fields.All(field => field.Node.Matches(
            element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(field.Name, out var value) ? value : null));
    }

    private sealed class Values(IReadOnlyList<PatternRule> rules) : PatternNode
    {
        // Of a list in the event, one element is enough.
        public override bool Matches(JsonElement? element) => element is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Any(item => rules.Any(rule => rule.Matches(item)))
            : rules.Any(rule => rule.Matches(element));
    }
}

/// <summary>One value of a pattern's list.</summary>
internal abstract class PatternRule
{
    /// <param name="value">Null: the event has no such field.</param>
    public abstract bool Matches(JsonElement? value);

    public static PatternRule Parse(JsonElement rule, string source, string path) => rule.ValueKind switch
    {
        JsonValueKind.String or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null or JsonValueKind.Number => new Exact(rule.Clone()),
        JsonValueKind.Object when rule.EnumerateObject().ToList() is [var only] => Operator(only, source, path),
        _ => throw Unknown(rule.GetRawText(), source, path),
    };

    private static PatternRule Operator(JsonProperty rule, string source, string path) => rule switch
    {
        { Name: "exists", Value.ValueKind: JsonValueKind.True or JsonValueKind.False } => new Exists(rule.Value.GetBoolean()),
        { Name: "anything-but", Value.ValueKind: JsonValueKind.Array } when rule.Value.GetArrayLength() > 0 && rule.Value.EnumerateArray().All(IsPlain) =>
            new AnythingBut([.. rule.Value.EnumerateArray().Select(value => value.Clone())]),
        { Name: "anything-but" } when IsPlain(rule.Value) => new AnythingBut([rule.Value.Clone()]),
        { Name: "numeric" } => throw new InvalidDataException($"{source}: '{path}' of the filter pattern asks for numeric, which never holds: numbers of DynamoDB are texts in events."),
        _ => throw Unknown($"{{\"{rule.Name}\":{rule.Value.GetRawText()}}}", source, path),
    };

    private static bool IsPlain(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number;

    private static InvalidDataException Unknown(string rule, string source, string path) =>
        new($"{source}: '{path}' of the filter pattern asks for {rule}; the local runner knows exact values, anything-but (of values) and exists.");

    private sealed class Exact(JsonElement wanted) : PatternRule
    {
        public override bool Matches(JsonElement? value) => value is { } found && JsonElement.DeepEquals(found, wanted);
    }

    // A field that is not there is not anything.
    private sealed class AnythingBut(IReadOnlyList<JsonElement> unwanted) : PatternRule
    {
        public override bool Matches(JsonElement? value) => value is { } found && !unwanted.Any(one => JsonElement.DeepEquals(found, one));
    }

    // Of values, as in the service: an object is never one.
    private sealed class Exists(bool wanted) : PatternRule
    {
        public override bool Matches(JsonElement? value) => wanted == value is { ValueKind: not JsonValueKind.Object };
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EntitySync.Local.Template;

/// <summary>
/// Resolves the intrinsic functions that the template uses. What only AWS can know (an ARN, a generated name) stays readable as
/// <c>${LogicalId}</c> or <c>${LogicalId.Attribute}</c>.
/// </summary>
/// <param name="template">The template.</param>
/// <param name="parameters">Values of its parameters; defaults for the others.</param>
/// <param name="output">Value of an output of a nested stack, by the stack's logical id and the output's name; null for what is not known here.</param>
internal sealed partial class TemplateValues(JsonObject template, IReadOnlyDictionary<string, string> parameters, Func<string, string, string?>? output = null)
{
    private static readonly Dictionary<string, string> Pseudo = new(StringComparer.Ordinal)
    {
        ["AWS::Partition"] = "aws",
        ["AWS::Region"] = "us-east-1",
        ["AWS::AccountId"] = "000000000000",
        ["AWS::StackName"] = "entitysync-local",
        ["AWS::URLSuffix"] = "amazonaws.com",
    };

    private readonly JsonObject? _declared = template["Parameters"] as JsonObject;
    private readonly JsonObject? _conditions = template["Conditions"] as JsonObject;

    /// <summary>The node without intrinsics; null for <c>AWS::NoValue</c>.</summary>
    public JsonNode? Resolve(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } single when Intrinsic(single) is { } intrinsic => intrinsic(),
        JsonObject map => ResolveMap(map),
        JsonArray list => new JsonArray([.. list.Select(Resolve).Where(item => item is not null)]),
        null => null,
        _ => node.DeepClone(),
    };

    public string? Text(JsonNode? node) => Resolve(node) is JsonValue value ? value.ToString() : null;

    private JsonObject ResolveMap(JsonObject map)
    {
        var result = new JsonObject();
        foreach (var (name, value) in map)
        {
            if (Resolve(value) is { } resolved) result[name] = resolved;
        }

        return result;
    }

    private Func<JsonNode?>? Intrinsic(JsonObject single)
    {
        var (name, argument) = single.Single();
        return name switch
        {
            "Ref" => () => Reference(argument!.ToString()),
            "Fn::GetAtt" => () => Attribute(argument is JsonArray path ? string.Join('.', path) : argument!.ToString()),
            "Fn::Sub" => () => Substitute(argument!),
            "Fn::If" => () => Resolve(argument![IsTrue(argument[0]!.ToString()) ? 1 : 2]),
            "Fn::Split" => () => new JsonArray([.. (Text(argument![1]) ?? "").Split(argument[0]!.ToString()).Select(part => (JsonNode)part)]),
            "Fn::Join" => () => string.Join(argument![0]!.ToString(), Resolve(argument[1]) is JsonArray list ? list.Select(item => item!.ToString()) : [Text(argument[1]) ?? ""]),
            "Fn::Select" => () => Resolve(argument![1]) is JsonArray list && int.Parse(argument[0]!.ToString()) is var at && at < list.Count ? list[at]!.DeepClone() : null,
            _ => null,
        };
    }

    private string Attribute(string path) => path.Split('.') is [var stack, "Outputs", var name] && output?.Invoke(stack, name) is { } value ? value : "${" + path + "}";

    private JsonNode? Reference(string name) => name == "AWS::NoValue" ? null : Value(name);

    private string Value(string name) =>
        parameters.TryGetValue(name, out var given) ? given
        : _declared?[name] is { } declared ? declared["Default"]?.ToString() ?? ""
        : Pseudo.GetValueOrDefault(name) ?? "${" + name + "}";

    private string Substitute(JsonNode argument)
    {
        var locals = argument is JsonArray { Count: 2 } pair ? pair[1] as JsonObject : null;
        var text = argument is JsonArray array ? array[0]!.ToString() : argument.ToString();
        return Placeholder().Replace(text, match =>
        {
            var name = match.Groups[1].Value;
            return locals?[name] is { } local ? Text(local) ?? "" : Value(name);
        });
    }

    private bool IsTrue(string condition) => Holds(_conditions?[condition] ?? throw new InvalidDataException($"The template has no condition {condition}."));

    private bool Holds(JsonNode condition)
    {
        var (name, argument) = condition.AsObject().Single();
        return name switch
        {
            "Fn::Not" => !Holds(argument![0]!),
            "Fn::And" => argument!.AsArray().All(part => Holds(part!)),
            "Fn::Or" => argument!.AsArray().Any(part => Holds(part!)),
            "Fn::Equals" => Text(argument![0]) == Text(argument[1]),
            "Condition" => IsTrue(argument!.ToString()),
            _ => throw new InvalidDataException($"Unknown condition function {name}."),
        };
    }

    [GeneratedRegex(@"\$\{([^}!]+)\}")]
    private static partial Regex Placeholder();
}

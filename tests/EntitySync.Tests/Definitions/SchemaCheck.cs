using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EntitySync.Tests.Definitions;

/// <summary>The part of JSON Schema draft 7 that our schema uses. Independent of the loader: YAML is read by YamlDotNet's own model.</summary>
internal static class SchemaCheck
{
    private static readonly string[] Known =
    [
        "$schema", "title", "description", "examples", "default", "definitions", "$ref", "type", "enum", "pattern", "maxLength", "minimum", "maximum",
        "minItems", "maxItems", "items", "anyOf", "oneOf", "required", "properties", "additionalProperties", "propertyNames", "minProperties", "maxProperties",
    ];

    public static IEnumerable<string> Errors(JsonObject root, JsonObject schema, JsonNode? value, string path)
    {
        if (schema.FirstOrDefault(keyword => !Known.Contains(keyword.Key)) is { Key: { } unknown }) return [$"{path}: the check does not know '{unknown}'"];
        if (schema["$ref"] is { } reference)
            return Errors(root, ((string)reference!).Split('/').Skip(1).Aggregate((JsonNode)root, (node, step) => node[step]!).AsObject(), value, path);
        var own = Own(schema, value).Select(error => $"{path}: {error}");
        var anyOf = schema["anyOf"] is JsonArray forms && forms.All(form => Errors(root, form!.AsObject(), value, path).Any()) ? [$"{path}: none of anyOf"] : Array.Empty<string>();
        var oneOf = schema["oneOf"] is JsonArray only && only.Count(form => !Errors(root, form!.AsObject(), value, path).Any()) != 1 ? [$"{path}: not one of oneOf"] : Array.Empty<string>();
        return [.. own, .. anyOf, .. oneOf, .. Children(root, schema, value, path)];
    }

    public static JsonNode? ReadYaml(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return Convert(stream.Documents[0].RootNode);
    }

    private static IEnumerable<string> Own(JsonObject schema, JsonNode? value)
    {
        if (schema["type"] is { } type && (string)type! != TypeOf(value) && ((string)type!, TypeOf(value)) != ("number", "integer")) yield return $"not {type}";
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value))) yield return "not one of enum";
        if (TypeOf(value) == "string")
        {
            var text = (string)value!;
            if (schema["pattern"] is { } pattern && !Regex.IsMatch(text, (string)pattern!, RegexOptions.ECMAScript)) yield return "pattern";
            if (schema["maxLength"] is { } length && text.Length > (int)length) yield return "maxLength";
        }
        else if (TypeOf(value) == "integer")
        {
            if (schema["minimum"] is { } minimum && (long)value! < (int)minimum) yield return "minimum";
            if (schema["maximum"] is { } maximum && (long)value! > (int)maximum) yield return "maximum";
        }

        var count = value is JsonArray array ? array.Count : (value as JsonObject)?.Count ?? 0;
        var kind = value is JsonArray ? "Items" : "Properties";
        if (value is JsonArray or JsonObject && schema["min" + kind] is { } least && count < (int)least) yield return "min" + kind;
        if (value is JsonArray or JsonObject && schema["max" + kind] is { } most && count > (int)most) yield return "max" + kind;
        if (value is JsonObject map && schema["required"] is JsonArray required && required.Any(name => !map.ContainsKey((string)name!))) yield return "required";
    }

    private static IEnumerable<string> Children(JsonObject root, JsonObject schema, JsonNode? value, string path)
    {
        if (value is JsonArray array && schema["items"] is JsonObject items) return array.SelectMany((item, index) => Errors(root, items, item, $"{path}[{index}]"));
        return value is JsonObject map ? map.SelectMany(child => Child(root, schema, child.Key, child.Value, path + "/" + child.Key)) : [];
    }

    private static IEnumerable<string> Child(JsonObject root, JsonObject schema, string name, JsonNode? value, string path)
    {
        var names = schema["propertyNames"] is JsonObject propertyNames ? Errors(root, propertyNames, JsonValue.Create(name), path) : [];
        if (schema["properties"]?[name] is JsonObject property) return names.Concat(Errors(root, property, value, path));
        return schema["additionalProperties"] switch
        {
            JsonObject additional => names.Concat(Errors(root, additional, value, path)),
            JsonValue allowed when !(bool)allowed => names.Append($"{path}: not allowed"),
            _ => names,
        };
    }

    private static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        JsonValue scalar when scalar.TryGetValue<bool>(out _) => "boolean",
        JsonValue scalar when scalar.TryGetValue<string>(out _) => "string",
        JsonValue scalar when scalar.TryGetValue<long>(out _) => "integer",
        _ => "number",
    };

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, Convert(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" } => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar when long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar when Regex.IsMatch(scalar.Value!, @"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z") => JsonValue.Create(0.5),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException("A definition has maps, lists and scalars."),
    };
}

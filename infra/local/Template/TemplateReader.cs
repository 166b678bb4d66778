using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EntitySync.Local.Template;

/// <summary>
/// Reads a CloudFormation template into JSON nodes. Short tags take their long form (<c>!Ref X</c> becomes <c>{"Ref":"X"}</c>); every scalar is text.
/// </summary>
internal static class TemplateReader
{
    /// <exception cref="InvalidDataException">Not YAML, or not a map at the top; the message names the place.</exception>
    public static JsonObject Read(string path)
    {
        using var reader = new StreamReader(path);
        return Read(reader, path);
    }

    /// <param name="reader">The template's text.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <exception cref="InvalidDataException">Likewise.</exception>
    public static JsonObject Read(TextReader reader, string path)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{path} {exception.Start}: {exception.Message}", exception);
        }

        return stream.Documents.Count == 1 && Convert(stream.Documents[0].RootNode) is JsonObject root
            ? root
            : throw new InvalidDataException($"{path} holds no template.");
    }

    private static JsonNode Convert(YamlNode node)
    {
        JsonNode plain = node switch
        {
            YamlMappingNode map => Map(map),
            YamlSequenceNode list => new JsonArray([.. list.Select(Convert)]),
            YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
            _ => throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"line {node.Start.Line}: unexpected YAML node.")),
        };
        return node.Tag is { IsEmpty: false, IsNonSpecific: false } tag && tag.Value.StartsWith('!') ? Intrinsic(tag.Value[1..], plain) : plain;
    }

    private static JsonObject Map(YamlMappingNode map)
    {
        var result = new JsonObject();
        foreach (var (key, value) in map.Children) result[((YamlScalarNode)key).Value!] = Convert(value);
        return result;
    }

    private static JsonObject Intrinsic(string tag, JsonNode argument) =>
        new() { [tag is "Ref" or "Condition" ? tag : "Fn::" + tag] = argument };
}

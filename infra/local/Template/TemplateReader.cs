using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace EntitySync.Local.Template;

/// <summary>
/// Reads a CloudFormation template into JSON nodes. Short tags take their long form (<c>!Ref X</c> becomes <c>{"Ref":"X"}</c>); every scalar is text.
/// As CloudFormation does, it knows no aliases, so a file is never larger in memory than on disk; nesting is bounded, since the reader of nodes recurses.
/// </summary>
internal static class TemplateReader
{
    /// <summary>Maps and lists within each other.</summary>
    public const int DeepestNesting = 64;

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
        var text = reader.ReadToEnd();
        var stream = new YamlStream();
        try
        {
            Bound(path, text);
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{path} {exception.Start}: {exception.Message}", exception);
        }

        return stream.Documents.Count == 1 && Convert(stream.Documents[0].RootNode) is JsonObject root
            ? root
            : throw new InvalidDataException($"{path} holds no template.");
    }

    // The parser of events neither recurses nor expands.
    private static void Bound(string path, string text)
    {
        var depth = 0;
        for (var events = new Parser(new StringReader(text)); events.MoveNext();)
        {
            if (events.Current is AnchorAlias) throw Wrong("aliases are not supported; write the value out");
            depth += events.Current!.NestingIncrease;
            if (depth > DeepestNesting + 2) throw Wrong($"more than {DeepestNesting} levels of nesting"); // the stream and the document count too

            InvalidDataException Wrong(string problem) => new(string.Create(CultureInfo.InvariantCulture, $"{path}({events.Current!.Start.Line},{events.Current.Start.Column}): {problem}."));
        }
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
        foreach (var (key, value) in map.Children) result[(key as YamlScalarNode)?.Value ?? throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"line {key.Start.Line}: a key must be text."))] = Convert(value);
        return result;
    }

    private static JsonObject Intrinsic(string tag, JsonNode argument) =>
        new() { [tag is "Ref" or "Condition" ? tag : "Fn::" + tag] = argument };
}

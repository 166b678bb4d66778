using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;

namespace EntitySync.Testing;

/// <summary>The oracle's keys: what a <see cref="KeyDefinition"/> makes of a document, on <see cref="JsonNode"/> and text. It shares no line with the product.</summary>
public static class NaiveKeys
{
    /// <summary>The keys of a document: one, none, or with <c>[]</c> one for each element that has all of its values, repeated ones included.</summary>
    public static IEnumerable<string> Of(JsonObject document, KeyDefinition key)
    {
        var array = key.Paths.FirstOrDefault(path => path.IsMany)?.Text;
        var prefix = array?[..(array.LastIndexOf("[]", StringComparison.Ordinal) + 2)];
        foreach (var element in prefix is null ? [document] : Find([document], prefix))
        {
            var columns = key.Columns.Select(column => Column(document, prefix, element, column)).ToList();
            if (columns.Contains(null)) continue;
            yield return columns.Count == 1 ? columns[0]! : $"[{string.Join(',', columns.Select(text => Quoted(text!)))}]";
        }
    }

    private static string? Column(JsonObject document, string? prefix, JsonNode? element, KeyColumn column)
    {
        var text = new StringBuilder();
        foreach (var part in column.Parts)
        {
            if (part.Path is not { } path)
            {
                text.Append(part.Text);
                continue;
            }

            var value = path.IsMany ? Find([element], path.Text[prefix!.Length..].TrimStart('.')).Single() : Find([document], path.Text).Single();
            if (value is null) return null;
            text.Append(value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString());
        }

        return string.Concat(text.ToString().EnumerateRunes().Select(rune => column.Case switch
        {
            LetterCase.Lower => Rune.ToLowerInvariant(rune),
            LetterCase.Upper => Rune.ToUpperInvariant(rune),
            _ => rune,
        }));
    }

    private static IEnumerable<JsonNode?> Find(IEnumerable<JsonNode?> nodes, string path) => path.Length == 0
        ? nodes
        : path.Split('.').Aggregate(nodes, (found, step) => step.EndsWith("[]", StringComparison.Ordinal)
            ? found.SelectMany(node => (IEnumerable<JsonNode?>?)((node as JsonObject)?[step[..^2]] as JsonArray) ?? [])
            : found.Select(node => (node as JsonObject)?[step]));

    private static string Quoted(string text) => "\"" + string.Concat(text.Select(character => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
        _ => character.ToString(),
    })) + "\"";
}

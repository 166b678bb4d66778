using System.Text.Json;
using System.Text.RegularExpressions;

namespace EntitySync.Core.Definitions.Grammar;

/// <summary>Writes JSON as people write YAML on one line: quotes only where they are needed.</summary>
internal static partial class FlowYaml
{
    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    private static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{ {string.Join(", ", value.EnumerateObject().Select(property => $"{Text(property.Name)}: {Of(property.Value)}"))} }}",
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Of))}]",
        JsonValueKind.String => Text(value.GetString()!),
        _ => value.GetRawText(),
    };

    private static string Text(string text) =>
        Plain().IsMatch(text) && new Yaml.YamlScalar(default, text, quoted: false).Kind == Yaml.ScalarKind.Text ? text : $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.-]*( [A-Za-z0-9_.-]+)*\z")]
    private static partial Regex Plain();
}

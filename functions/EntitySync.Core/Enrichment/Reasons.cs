using System.Text;
using System.Text.Json;

namespace EntitySync.Core.Enrichment;

/// <summary>Parts of the reasons a rejected record carries: bounded, whatever the record holds.</summary>
internal static class Reasons
{
    private const int MaximumText = 200;

    public static string Short(string text) => text.Length <= MaximumText ? text : text[..MaximumText] + "…";

    public static string Quote(ReadOnlySpan<byte> utf8) =>
        utf8.Length <= MaximumText ? $"'{Encoding.UTF8.GetString(utf8)}'" : $"'{Encoding.UTF8.GetString(utf8[..MaximumText])}…' ({utf8.Length} bytes)";

    public static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => token.ToString(),
    };
}

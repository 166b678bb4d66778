using System.Text;
using System.Text.Json;

namespace EntitySync.Core.Enrichment;

/// <summary>Parts of the reasons a rejected record carries: bounded, whatever the record holds.</summary>
internal static class Reasons
{
    private const int MaximumText = 200;

    public static string Short(string text) => text.Length <= MaximumText ? text : text[..MaximumText] + "…";

    /// <summary>
    /// A JSON parser's complaint without its place. Where a literal is misspelt the parser's own message repeats all that follows in the document; that stays out, as reasons
    /// are logged.
    /// </summary>
    public static string Syntax(JsonException exception)
    {
        const string Literal = "' is an invalid JSON literal.";
        var message = exception.Message;
        if (message.LastIndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var place) message = message[..place];
        return message.LastIndexOf(Literal, StringComparison.Ordinal) is >= 0 and var end ? "a word" + message[(end + 1)..] : Short(message);
    }

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

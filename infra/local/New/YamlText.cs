using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EntitySync.Local.New;

/// <summary>Writes text as YAML that reads back as the same text.</summary>
internal static partial class YamlText
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

    /// <summary>A scalar on a line of its own.</summary>
    public static string Scalar(string text) => (PlainScalar().IsMatch(text) || PlainPath().IsMatch(text)) && !IsWord(text) ? text : Quoted(text);

    /// <summary>A scalar within <c>[ ]</c> or <c>{ }</c>.</summary>
    public static string Flow(string text) => PlainScalar().IsMatch(text) && !IsWord(text) ? text : Quoted(text);

    /// <summary>One as it stands, several as a list.</summary>
    public static string OneOrList(IReadOnlyList<string> texts) => texts is [var one] ? Scalar(one) : List(texts);

    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Flow))}]";

    private static bool IsWord(string text) => Words.Contains(text.ToLowerInvariant());

    // What JSON escapes, double-quoted YAML escapes alike.
    private static string Quoted(string text) => JsonSerializer.Serialize(text, Plain);

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_./-]*\z")]
    private static partial Regex PlainScalar();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]*(\[\])?(\.[A-Za-z0-9_-]+(\[\])?)*\z")]
    private static partial Regex PlainPath();
}

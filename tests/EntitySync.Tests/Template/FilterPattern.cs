using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EntitySync.Tests.Template;

/// <summary>
/// The part of CloudWatch's patterns for JSON that our metric filters use: <c>{ ($.a = "text") &amp;&amp; ($.b.c >= 0) }</c>, comparisons with a text or a number, joined by <c>&amp;&amp;</c>. Anything else is
/// refused, so that a pattern which the tests cannot judge is not taken for one that matches.
/// </summary>
internal static partial class FilterPattern
{
    public static bool Matches(string pattern, string line)
    {
        var inner = Whole().Match(pattern);
        if (!inner.Success) throw new FormatException($"'{pattern}' is no JSON pattern.");
        var json = JsonNode.Parse(line)!;
        return inner.Groups[1].Value.Split("&&").All(condition => Holds(condition.Trim(), json));
    }

    /// <summary>What a selector such as <c>$.values.Lag</c> finds; null for nothing and for null.</summary>
    public static JsonValue? Select(string selector, string line)
    {
        if (!selector.StartsWith("$.", StringComparison.Ordinal)) throw new FormatException($"'{selector}' is no selector.");
        return Find(selector, JsonNode.Parse(line)!);
    }

    private static bool Holds(string condition, JsonNode json)
    {
        var match = Comparison().Match(condition.StartsWith('(') && condition.EndsWith(')') ? condition[1..^1] : condition);
        if (!match.Success) throw new FormatException($"'{condition}' is no condition that this reads.");
        var found = Find(match.Groups["selector"].Value, json);
        if (match.Groups["text"].Success) return found?.GetValueKind() == System.Text.Json.JsonValueKind.String && found.ToString() == match.Groups["text"].Value;
        if (found?.GetValueKind() != System.Text.Json.JsonValueKind.Number) return false;
        var wanted = decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        var number = decimal.Parse(found.ToString(), CultureInfo.InvariantCulture); // refuses 1E+3, as CloudWatch does
        return match.Groups["operator"].Value switch
        {
            "=" => number == wanted,
            ">=" => number >= wanted,
            _ => number > wanted,
        };
    }

    private static JsonValue? Find(string selector, JsonNode json)
    {
        JsonNode? found = json;
        foreach (var name in selector.Split('.').Skip(1)) found = (found as JsonObject)?[name];
        return found as JsonValue;
    }

    [GeneratedRegex(@"^\{ (.+) \}$")]
    private static partial Regex Whole();

    [GeneratedRegex("""^(?<selector>\$(\.[A-Za-z]+)+) ((?<operator>=) "(?<text>[^"*]+)"|(?<operator>=|>=|>) (?<number>[0-9.]+))$""")]
    private static partial Regex Comparison();
}

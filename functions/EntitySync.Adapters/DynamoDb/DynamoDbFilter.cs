using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Filters of a DynamoDB id source: <c>attribute:value</c> or <c>attribute = value</c>, several joined by <c>AND</c>. A value is <c>true</c>, <c>false</c>,
/// a number, a bare word, or text in double quotes (<c>\"</c> and <c>\\</c> inside); DynamoDB compares types too, so quote a number that is stored
/// as text. Names and values go to DynamoDB as parameters, never as expression text. An attribute that an index does not project fits no value.
/// </summary>
internal static partial class DynamoDbFilter
{
    /// <param name="filters">Filters that must all hold.</param>
    /// <param name="names">Gets <c>#f0</c> and on.</param>
    /// <param name="values">Gets <c>:f0</c> and on.</param>
    /// <returns>The filter expression; null when there is nothing to filter by.</returns>
    /// <exception cref="InvalidRequestException">A filter does not have the form above.</exception>
    public static string? Build(ImmutableArray<string> filters, Dictionary<string, string> names, Dictionary<string, AttributeValue> values)
    {
        var terms = new List<string>();
        foreach (var (attribute, value) in filters.SelectMany(Parse))
        {
            var number = terms.Count.ToString(CultureInfo.InvariantCulture);
            names["#f" + number] = attribute;
            values[":f" + number] = value;
            terms.Add($"#f{number} = :f{number}");
        }

        return terms.Count == 0 ? null : string.Join(" AND ", terms);
    }

    private static IEnumerable<(string Attribute, AttributeValue Value)> Parse(string filter)
    {
        for (var at = 0; ;)
        {
            var term = Term().Match(filter, at);
            if (!term.Success) throw Bad(filter);
            yield return (term.Groups["name"].Value, Value(term));
            at = term.Index + term.Length;
            if (at == filter.Length) yield break;
            var and = And().Match(filter, at);
            if (!and.Success) throw Bad(filter);
            at += and.Length;
        }
    }

    private static AttributeValue Value(Match term)
    {
        if (term.Groups["quoted"].Success) return new AttributeValue { S = Escaped().Replace(term.Groups["quoted"].Value, "$1") };
        var word = term.Groups["word"].Value;
        if (word is "true" or "false") return new AttributeValue { BOOL = word == "true" };
        return Number().IsMatch(word) ? new AttributeValue { N = word } : new AttributeValue { S = word };
    }

    private static InvalidRequestException Bad(string filter) =>
        new($"Filter '{filter}' is not understood; a DynamoDB id source takes attribute:value or attribute = value, several joined by AND, text with blanks in double quotes.");

    [GeneratedRegex("""\G\s*(?<name>[A-Za-z0-9_.-]{1,255})\s*[:=]\s*(?:"(?<quoted>(?:[^"\\]|\\["\\])*)"|(?<word>[^\s"()<>=:,]+))\s*""", RegexOptions.CultureInvariant)]
    private static partial Regex Term();

    [GeneratedRegex(@"\GAND\s+", RegexOptions.CultureInvariant)]
    private static partial Regex And();

    [GeneratedRegex("""\\(["\\])""", RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();

    [GeneratedRegex(@"\A-?[0-9]{1,38}(\.[0-9]{1,38})?([eE][+-]?[0-9]{1,3})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}

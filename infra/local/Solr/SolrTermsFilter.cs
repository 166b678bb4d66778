using System.Text;

namespace EntitySync.Local.Solr;

/// <summary><c>{!terms f=field separator=, v=a,b}</c> or <c>{!terms f=field}a,b</c>: any of the values, split without looking at anything but the separator.</summary>
internal static class SolrTermsFilter
{
    public static Predicate<SolrDocument> Parse(string text, SolrCollection collection, Func<string, string?> parameter)
    {
        var (local, rest) = LocalParameters(text, parameter);
        if (local.GetValueOrDefault("type") != "terms") throw new SolrBadRequestException($"invalid query parser '{local.GetValueOrDefault("type")}'");
        var field = local.GetValueOrDefault("f") ?? throw new SolrBadRequestException("terms query parser: missing 'f'");
        SolrFilter.CheckField(field, collection);
        var values = Split(local.GetValueOrDefault("v") ?? rest, local.GetValueOrDefault("separator") ?? ",");
        return document => document.Fields.TryGetValue(field, out var found) && found.Any(values.Contains);
    }

    /// <summary>A blank as separator means any run of white space; nothing at all matches nothing.</summary>
    private static HashSet<string> Split(string text, string separator)
    {
        if (text.Length == 0) return [];
        return separator == " "
            ? [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)]
            : [.. text.Split(separator)];
    }

    private static (Dictionary<string, string> Local, string After) LocalParameters(string text, Func<string, string?> parameter)
    {
        var local = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = 2;
        while (true)
        {
            while (at < text.Length && text[at] == ' ') at++;
            if (at == text.Length) throw new SolrBadRequestException($"org.apache.solr.search.SyntaxError: Expected ending character '}}' parsing local params '{text}'");
            if (text[at] == '}') return (local, text[(at + 1)..]);
            var name = Token(text, ref at, "= }");
            if (at == text.Length || text[at] != '=')
            {
                local["type"] = name;
                continue;
            }

            at++;
            // A parameter that is not there leaves the local parameter out, as Solr does.
            if (Value(text, ref at, parameter) is { } value) local[name] = value;
        }
    }

    private static string? Value(string text, ref int at, Func<string, string?> parameter)
    {
        if (at < text.Length && text[at] == '$')
        {
            at++;
            return parameter(Token(text, ref at, " }"));
        }

        if (at == text.Length || text[at] is not ('\'' or '"')) return Token(text, ref at, " }");
        var quote = text[at++];
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at++]);
        }

        at++;
        return value.ToString();
    }

    private static string Token(string text, ref int at, string ends)
    {
        var from = at;
        while (at < text.Length && !ends.Contains(text[at], StringComparison.Ordinal)) at++;
        return text[from..at];
    }
}

using System.Globalization;
using System.Text;

namespace EntitySync.Local.Solr;

/// <summary>One page of a search.</summary>
/// <param name="Documents">Found documents of the page.</param>
/// <param name="Found">How many fit in all.</param>
/// <param name="NextCursor">Cursor of the page after, when a cursor was sent; the sent one when the page is empty.</param>
/// <param name="Fields">Fields to return; null for all.</param>
internal sealed record SolrPage(IReadOnlyList<SolrDocument> Documents, int Found, string? NextCursor, IReadOnlySet<string>? Fields);

/// <summary>Runs a <c>/select</c> request over a collection.</summary>
internal sealed class SolrSearch(SolrCollection collection, Func<string, IReadOnlyList<string>> parameters)
{
    private const string CursorPrefix = "key:";
    private const int MaximumRows = 100_000;

    /// <exception cref="SolrBadRequestException">What Solr would answer with 400.</exception>
    public SolrPage Run()
    {
        CheckSort();
        var start = Number("start", 0);
        var rows = Number("rows", 10);
        var cursor = One("cursorMark");
        if (cursor is not null && start > 0) throw new SolrBadRequestException("Cursor functionality requires start=0");
        if (cursor is not null && rows == 0) throw new SolrBadRequestException("Cursor functionality requires rows greater than 0");
        var after = cursor is null or "*" ? null : DecodeCursor(cursor);
        var filters = parameters("fq").Prepend(One("q") ?? "*:*").Select(text => SolrFilter.Parse(text, collection, One)).ToList();

        var found = 0;
        var page = new List<SolrDocument>(Math.Min(rows, 1000));
        foreach (var document in collection.Sorted())
        {
            if (!filters.TrueForAll(filter => filter(document))) continue;
            found++;
            if (found <= start || page.Count == rows || (after is not null && document.SortKey.AsSpan().SequenceCompareTo(after) <= 0)) continue;
            page.Add(document);
        }

        var next = cursor is null ? null : page.Count > 0 ? EncodeCursor(page[^1]) : cursor;
        return new SolrPage(page, found, next, Fields());
    }

    private void CheckSort()
    {
        var sort = One("sort");
        if (sort is null)
        {
            if (One("cursorMark") is not null) throw NoTieBreaker();
            return;
        }

        var parts = sort.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [var field, "asc"]) throw new SolrBadRequestException($"Can't determine a Sort Order (asc or desc) in sort spec '{sort}'; this server sorts by the unique key, ascending");
        SolrFilter.CheckField(field, collection);
        if (field != collection.UniqueKey) throw NoTieBreaker();
    }

    private HashSet<string>? Fields()
    {
        var fields = parameters("fl").SelectMany(list => list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);
        return fields.Count == 0 || fields.Contains("*") ? null : fields;
    }

    private int Number(string name, int fallback)
    {
        if (One(name) is not { } text) return fallback;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) throw new SolrBadRequestException($"For input string: \"{text}\"");
        return number is >= 0 and <= MaximumRows ? number : throw new SolrBadRequestException($"'{name}' parameter cannot be {(number < 0 ? "negative" : $"over {MaximumRows}")}");
    }

    private string? One(string name) => parameters(name) is { Count: > 0 } values ? values[0] : null;

    private static SolrBadRequestException NoTieBreaker() => new("Cursor functionality requires a sort containing a uniqueKey field tie breaker");

    private static string EncodeCursor(SolrDocument last) => Convert.ToBase64String(Encoding.UTF8.GetBytes(CursorPrefix + last.Key));

    private static byte[] DecodeCursor(string cursor)
    {
        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length) && bytes.AsSpan(0, length).StartsWith(Encoding.UTF8.GetBytes(CursorPrefix))
            ? bytes[CursorPrefix.Length..length]
            : throw new SolrBadRequestException(
                $"Unable to parse 'cursorMark' after totem: value must either be '*' or the 'nextCursorMark' returned by a previous search: {cursor}");
    }
}

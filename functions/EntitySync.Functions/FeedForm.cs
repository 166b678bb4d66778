using System.Globalization;
using EntitySync.Core.Feeds;

namespace EntitySync.Functions;

/// <summary>A form that pages of feeds have.</summary>
/// <param name="ContentType">What the answer is said to be.</param>
/// <param name="Write">Writes the page.</param>
internal sealed record FeedForm(string ContentType, Action<FeedPage, PageBuffer> Write)
{
    private static readonly FeedForm Atom = new("application/atom+xml; charset=utf-8", AtomFeedWriter.Write);
    private static readonly FeedForm JsonFeed = new("application/feed+json", JsonFeedWriter.Write);
    private static readonly FeedForm Json = new("application/json", JsonFeedWriter.Write);

    // By preference where the client has none.
    private static readonly (FeedForm Form, string[] Types)[] Forms =
        [(Atom, ["application/atom+xml", "application/xml", "text/xml"]), (JsonFeed, ["application/feed+json"]), (Json, ["application/json"])];

    /// <summary>The form that Accept wants most; Atom where it wants none of them, too (RFC 9110, 12.4.1 allows it): a feed is better than an error.</summary>
    public static FeedForm Of(string? accept)
    {
        if (string.IsNullOrWhiteSpace(accept)) return Atom;
        var ranges = accept.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Range).ToList();
        var (best, quality) = (Atom, 0.0);
        foreach (var (form, types) in Forms)
        {
            var wanted = types.Max(type => Quality(ranges, type));
            if (wanted > quality) (best, quality) = (form, wanted);
        }

        return best;
    }

    // The most specific range that takes the type decides; of equal ones the first.
    private static double Quality(List<(string Type, double Quality)> ranges, string type)
    {
        foreach (var pattern in (string[])[type, type[..type.IndexOf('/', StringComparison.Ordinal)] + "/*", "*/*"])
        {
            var found = ranges.FindIndex(range => range.Type.Equals(pattern, StringComparison.OrdinalIgnoreCase));
            if (found >= 0) return ranges[found].Quality;
        }

        return 0;
    }

    // A quality that is no number counts as none given.
    private static (string Type, double Quality) Range(string text)
    {
        var parts = text.Split(';', StringSplitOptions.TrimEntries);
        var quality = parts.Skip(1).FirstOrDefault(part => part.StartsWith("q=", StringComparison.OrdinalIgnoreCase));
        return (parts[0], quality is not null && double.TryParse(quality.AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : 1);
    }
}

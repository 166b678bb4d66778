using System.Globalization;

namespace EntitySync.Core.Feeds;

/// <summary>
/// Addresses within a feed, relative to that of a page (RFC 3986). So the bytes of a page are the same whatever host, stage or cache it is asked through, and nobody can put a
/// foreign host into a page that caches then keep.
/// </summary>
/// <param name="Feed">Name of the feed.</param>
/// <param name="Page">Number of the page that has the links; null for the newest one.</param>
public readonly record struct FeedLinks(string Feed, long? Page)
{
    private string Folder => Page is null ? Uri.EscapeDataString(Feed) + "/" : "";

    public string Self => Page is { } number ? Text(number) : Uri.EscapeDataString(Feed);

    /// <summary>The newest page.</summary>
    public string Current => Page is null ? Uri.EscapeDataString(Feed) : "../" + Uri.EscapeDataString(Feed);

    public string Archive(long page) => Folder + Text(page);

    /// <summary>The value of one record, as it is.</summary>
    public string Entry(int partition, long offset) => string.Create(CultureInfo.InvariantCulture, $"{Folder}entries/{partition}/{offset}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

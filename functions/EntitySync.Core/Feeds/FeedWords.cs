using System.Globalization;
using EntitySync.Core.State;

namespace EntitySync.Core.Feeds;

/// <summary>What both forms of a page say in words.</summary>
internal static class FeedWords
{
    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Position(FeedPage page, FeedEntry entry) => new Position(page.Feed.Topic, entry.Partition, entry.Offset).ToString();

    public static string MediaType(FeedValueKind kind) => kind == FeedValueKind.Json ? "application/json" : "application/octet-stream";

    public static string Summary(FeedEntry entry) => entry.Kind switch
    {
        FeedValueKind.Tombstone => "The record of this key was deleted.",
        FeedValueKind.Json => string.Create(CultureInfo.InvariantCulture, $"JSON, {entry.ValueBytes} bytes"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{entry.ValueBytes} bytes"),
    };

    public static string Missing(FeedPage page)
    {
        var (missing, all) = (page.MissingCount, page.MissingCount + page.Entries.Count);
        return string.Create(CultureInfo.InvariantCulture, $"{missing} of the {all} offsets of this page have no record: retention or compaction took them, or they are markers of transactions.");
    }
}

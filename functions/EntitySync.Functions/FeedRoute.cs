using System.Globalization;
using Request = Amazon.Lambda.APIGatewayEvents.APIGatewayHttpApiV2ProxyRequest;

namespace EntitySync.Functions;

/// <summary>What of a feed is asked for.</summary>
/// <param name="Feed">Name of the feed.</param>
/// <param name="Page">Number of an archive page; null for the newest one, or an entry.</param>
/// <param name="Entry">Partition and offset of one record; null for a page.</param>
internal sealed record FeedRoute(string Feed, long? Page = null, (int Partition, long Offset)? Entry = null)
{
    private const string Resource = "feeds";

    /// <returns>Null when there is nothing at that address.</returns>
    public static FeedRoute? Of(Request request) => Segments(request) switch
    {
        [var feed] => new FeedRoute(feed),
        [var feed, var page] => Number(page) is > 0 and var number ? new FeedRoute(feed, number) : null,
        [var feed, "entries", var partition, var offset] => Number(partition) is >= 0 and <= int.MaxValue and var at && Number(offset) is { } place ? new FeedRoute(feed, null, ((int)at, place)) : null,
        _ => null,
    };

    // API Gateway gives path parameters decoded, and not what stands between them.
    private static string[] Segments(Request request)
    {
        if (request.PathParameters is not { } parameters || !parameters.TryGetValue("feed", out var feed)) return request.SegmentsAfter(Resource) ?? [];
        if (parameters.TryGetValue("partition", out var partition) && parameters.TryGetValue("offset", out var offset)) return [feed, "entries", partition, offset];
        return parameters.TryGetValue("page", out var page) ? [feed, page] : [feed];
    }

    // One address a page: no signs, no zeros in front.
    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == text ? number : null;
}

using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Topics;

namespace EntitySync.Core.Feeds;

/// <summary>
/// Decides where pages end. What a page has is fixed by offsets alone and once only:
/// <list type="bullet">
/// <item>Sealed is what is left over <c>pageSize</c> to <c>2 * pageSize - 1</c> offsets, which stay on the newest page; all of it is one run, however much it is.</item>
/// <item>Each partition gives its share of what is sealed, so that one with few records does not wait for one with many.</item>
/// <item>When retention has taken <c>pageSize</c> offsets or more before they were on a page, they get one page together, which says so.</item>
/// </list>
/// </summary>
internal static class PageSealing
{
    /// <summary>What no full page has yet, by partition, ascending.</summary>
    /// <exception cref="FeedMismatchException">The topic is another one than the pages were made of.</exception>
    public static ImmutableArray<PagePart> Open(FeedDefinition feed, PageRun? last, IReadOnlyList<PartitionRange> ranges)
    {
        Check(feed, last, ranges);
        var sealedTo = last?.Parts.ToDictionary(part => part.Partition, part => part.To) ?? [];
        return [.. ranges.OrderBy(range => range.Partition).Select(range => new PagePart(range.Partition, sealedTo.TryGetValue(range.Partition, out var to) ? to : range.First, range.End))];
    }

    /// <returns>The pages that are full now; null when none is.</returns>
    /// <exception cref="FeedMismatchException">The topic is another one than the pages were made of.</exception>
    public static PageRun? Plan(FeedDefinition feed, PageRun? last, IReadOnlyList<PartitionRange> ranges, DateTimeOffset now)
    {
        var open = Open(feed, last, ranges);
        var next = (last?.Last ?? 0) + 1;
        var beginnings = ranges.ToDictionary(range => range.Partition, range => range.First);
        var lost = open.Select(part => part with { To = Math.Max(part.From, beginnings[part.Partition]) }).ToImmutableArray();
        if (Size(lost) >= feed.PageSize) return new PageRun(next, 1, feed.Topic, lost, now);

        var pending = Size(open);
        if (pending < 2L * feed.PageSize) return null;
        var count = (pending / feed.PageSize) - 1;
        return new PageRun(next, count, feed.Topic, Share(open, pending, count * feed.PageSize), now);
    }

    /// <exception cref="FeedMismatchException">The topic is another one than the pages were made of.</exception>
    public static void Check(FeedDefinition feed, PageRun? run, IReadOnlyList<PartitionRange> ranges)
    {
        if (run is null) return;
        if (run.Topic != feed.Topic) throw new FeedMismatchException(feed.Feed, $"its full pages are of topic '{run.Topic}', and it is defined for topic '{feed.Topic}'");
        var ends = ranges.ToDictionary(range => range.Partition, range => range.End);
        foreach (var part in run.Parts)
        {
            if (!ends.TryGetValue(part.Partition, out var end)) throw new FeedMismatchException(feed.Feed, $"topic '{feed.Topic}' has no partition {part.Partition} any more, and full pages have offsets of it. The topic has been made anew");
            if (end < part.To) throw new FeedMismatchException(feed.Feed, $"partition {part.Partition} of topic '{feed.Topic}' ends at offset {end}, and full pages have offsets up to {part.To - 1}. The topic has been made anew or has lost records");
        }
    }

    private static long Size(ImmutableArray<PagePart> parts) => parts.Sum(part => part.To - part.From);

    // Largest remainders first; as many ones are missing as the fractions that were cut off sum up to, so there are always more partitions with such a fraction.
    private static ImmutableArray<PagePart> Share(ImmutableArray<PagePart> open, long pending, long wanted)
    {
        var shares = open.Select(part => (Part: part, Whole: (long)((Int128)(part.To - part.From) * wanted / pending), Fraction: (long)((Int128)(part.To - part.From) * wanted % pending))).ToList();
        var missing = (int)(wanted - shares.Sum(share => share.Whole));
        var raised = shares.OrderByDescending(share => share.Fraction).ThenBy(share => share.Part.Partition).Take(missing).Select(share => share.Part.Partition).ToHashSet();
        return [.. shares.Select(share => share.Part with { To = share.Part.From + share.Whole + (raised.Contains(share.Part.Partition) ? 1 : 0) })];
    }
}

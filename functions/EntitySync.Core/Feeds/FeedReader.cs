using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;

namespace EntitySync.Core.Feeds;

/// <summary>
/// Makes the pages of feeds. A page is read from the topic when it is asked for: only where pages begin and end is recorded. One page is held at a time, with values of at most
/// <see cref="FeedEntry.LargestValue"/> bytes each. Errors: <see cref="TransientException"/>, <see cref="InvalidRequestException"/>, <see cref="FeedMismatchException"/>.
/// </summary>
/// <param name="topics">Where records are read.</param>
/// <param name="pages">Where boundaries are recorded.</param>
/// <param name="clock">Tells when pages are fixed.</param>
/// <param name="partitionsAtOnce">Partitions of a page that are read at the same time.</param>
public sealed class FeedReader(ITopicReader topics, IFeedPages pages, TimeProvider clock, int partitionsAtOnce = 4)
{
    /// <summary>Each lost race is a page of somebody else's, so more than a few mean that something else is wrong.</summary>
    private const int MostRaces = 20;

    private const long BytesAtOnce = 1024 * 1024;

    /// <summary>What no full page has yet. Pages that have become full are fixed before: with one conditional write, however many they are.</summary>
    public async Task<FeedPage> NewestAsync(FeedDefinition feed, CancellationToken cancellationToken)
    {
        var (last, open) = await SealAsync(feed, cancellationToken);
        var (entries, missing) = await ReadAsync(feed.Topic, open, cancellationToken);
        return new FeedPage(feed, null, last?.Last, entries, missing, Newest(entries) ?? last?.SealedAt ?? DateTimeOffset.UnixEpoch);
    }

    /// <returns>Null when the page is not full yet.</returns>
    public async Task<FeedPage?> ArchiveAsync(FeedDefinition feed, long page, CancellationToken cancellationToken)
    {
        if (await CheckedAsync(feed, cancellationToken) is not { Run: { } last } || page < 1 || page > last.Last) return null;
        if ((page >= last.First ? last : await pages.FindAsync(feed.Feed, page, cancellationToken)) is not { } run)
            throw new InvalidRequestException($"Feed '{feed.Feed}': page {page} is not recorded, and page {last.Last} is. Items were deleted from the table of feeds.");
        var (entries, missing) = await ReadAsync(feed.Topic, run.PartsOf(page), cancellationToken);
        return new FeedPage(feed, page, page > 1 ? page - 1 : null, entries, missing, Newest(entries) ?? run.SealedAt);
    }

    /// <summary>The number of the last full page after fixing those that have become full; 0 when there is none.</summary>
    public async Task<long> LastPageAsync(FeedDefinition feed, CancellationToken cancellationToken) => (await SealAsync(feed, cancellationToken)).Last?.Last ?? 0;

    /// <summary>One record of a feed's topic.</summary>
    /// <returns>Null when there is none at that position: not yet, or not any more.</returns>
    public async Task<EnrichRecord?> RecordAsync(FeedDefinition feed, int partition, long offset, CancellationToken cancellationToken)
    {
        var (_, ranges) = await CheckedAsync(feed, cancellationToken);
        if (!ranges.Any(range => range.Partition == partition && offset >= range.First && offset < range.End)) return null;
        var read = await topics.ReadAsync(new ReadRequest(feed.Topic, partition, offset, offset + 1), cancellationToken);
        return read.Records.Count == 0 ? null : read.Records[0];
    }

    // The last pages are what a topic that was made anew is known by; older ones it may have grown beyond.
    private async Task<(PageRun? Run, IReadOnlyList<PartitionRange> Ranges)> CheckedAsync(FeedDefinition feed, CancellationToken cancellationToken)
    {
        var last = await pages.LastAsync(feed.Feed, cancellationToken);
        var ranges = await topics.RangesAsync(feed.Topic, cancellationToken);
        PageSealing.Check(feed, last, ranges);
        return (last, ranges);
    }

    private async Task<(PageRun? Last, ImmutableArray<PagePart> Open)> SealAsync(FeedDefinition feed, CancellationToken cancellationToken)
    {
        for (var races = 0; races < MostRaces;)
        {
            // Pages first, ends then: the other way round, pages of somebody else's would seem to lie behind the end.
            var last = await pages.LastAsync(feed.Feed, cancellationToken);
            var ranges = await topics.RangesAsync(feed.Topic, cancellationToken);
            if (PageSealing.Plan(feed, last, ranges, clock.GetUtcNow()) is not { } run) return (last, PageSealing.Open(feed, last, ranges));
            if (!await pages.TryAddAsync(feed.Feed, run, cancellationToken)) races++;
        }

        throw new TransientException($"Feed '{feed.Feed}': {MostRaces} times another writer was first to fix the next page.");
    }

    private async Task<(IReadOnlyList<FeedEntry> Entries, ImmutableArray<PagePart> Missing)> ReadAsync(string topic, ImmutableArray<PagePart> parts, CancellationToken cancellationToken)
    {
        var lists = new List<FeedEntry>[parts.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = partitionsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, parts.Length), options, async (index, token) => lists[index] = await ReadAsync(topic, parts[index], token));
        return (EntryOrder.NewestFirst(lists), [.. parts.SelectMany((part, index) => Gaps(part, lists[index]))]);
    }

    private async Task<List<FeedEntry>> ReadAsync(string topic, PagePart part, CancellationToken cancellationToken)
    {
        var entries = new List<FeedEntry>();
        for (var next = part.From; next < part.To;)
        {
            var read = await topics.ReadAsync(new ReadRequest(topic, part.Partition, next, part.To, MaximumBytes: BytesAtOnce), cancellationToken);
            foreach (var record in read.Records) entries.Add(FeedEntry.Of(part.Partition, record));
            next = read.Next;
        }

        return entries;
    }

    private static IEnumerable<PagePart> Gaps(PagePart part, List<FeedEntry> entries)
    {
        var next = part.From;
        foreach (var entry in entries)
        {
            if (entry.Offset > next) yield return new PagePart(part.Partition, next, entry.Offset);
            next = entry.Offset + 1;
        }

        if (next < part.To) yield return new PagePart(part.Partition, next, part.To);
    }

    private static DateTimeOffset? Newest(IReadOnlyList<FeedEntry> entries) => entries.Count == 0 ? null : entries.Max(entry => entry.Timestamp);
}

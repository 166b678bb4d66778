using System.Collections.Immutable;

namespace EntitySync.Core.Feeds;

/// <summary>
/// Which offsets are on which archive page of a feed, fixed once and for ever. Pages are recorded in runs, so that a topic of any length needs few records. Errors:
/// <see cref="Errors.TransientException"/> when the same call may succeed later.
/// </summary>
public interface IFeedPages
{
    /// <summary>The run with the highest pages; null when no page is full yet. Strongly consistent.</summary>
    Task<PageRun?> LastAsync(string feed, CancellationToken cancellationToken);

    /// <summary>The run that holds a page; null when it is not full yet.</summary>
    Task<PageRun?> FindAsync(string feed, long page, CancellationToken cancellationToken);

    /// <summary>Adds a run unless there is one with the same first page.</summary>
    /// <returns>False when another writer was there first.</returns>
    Task<bool> TryAddAsync(string feed, PageRun run, CancellationToken cancellationToken);
}

/// <summary>
/// Consecutive archive pages that divide a range of every partition evenly: page <c>First + i</c> of <c>Count</c> has, of each partition, the offsets from
/// <c>From + (To - From) * i / Count</c> to below <c>From + (To - From) * (i + 1) / Count</c>, rounded down.
/// </summary>
/// <param name="First">Number of the first page; the first of all is 1.</param>
/// <param name="Count">How many pages.</param>
/// <param name="Topic">Topic whose offsets they are: the feed's at that time.</param>
/// <param name="Parts">By partition, all that there were.</param>
/// <param name="SealedAt">When the pages were fixed.</param>
public sealed record PageRun(long First, long Count, string Topic, ImmutableArray<PagePart> Parts, DateTimeOffset SealedAt)
{
    public long Last => First + Count - 1;

    /// <summary>The offsets of one of its pages.</summary>
    public ImmutableArray<PagePart> PartsOf(long page) => [.. Parts.Select(part => part with { From = part.At(page - First, Count), To = part.At(page - First + 1, Count) })];
}

/// <param name="From">First offset.</param>
/// <param name="To">Offset behind the last one.</param>
public readonly record struct PagePart(int Partition, long From, long To)
{
    internal long At(long index, long count) => From + (long)((Int128)(To - From) * index / count);
}

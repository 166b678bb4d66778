using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Feeds;

/// <summary>A page of a feed.</summary>
/// <param name="Feed">Whose page it is.</param>
/// <param name="Number">Number of an archive page, from 1; null for the newest page, which goes on growing.</param>
/// <param name="Previous">Number of the archive page before it; null when there is none.</param>
/// <param name="Entries">Newest first; those of a partition by descending offset.</param>
/// <param name="Missing">Offsets of the page without a record: taken by retention or compaction, aborted, or markers of transactions. Ascending.</param>
/// <param name="Updated">The newest timestamp; of an archive page without entries when it was fixed.</param>
public sealed record FeedPage(FeedDefinition Feed, long? Number, long? Previous, IReadOnlyList<FeedEntry> Entries, ImmutableArray<PagePart> Missing, DateTimeOffset Updated)
{
    /// <summary>How many offsets are without a record.</summary>
    public long MissingCount => Missing.Sum(part => part.To - part.From);

    public FeedLinks Links => new(Feed.Feed, Number);
}

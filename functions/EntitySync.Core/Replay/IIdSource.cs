using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Replay;

/// <summary>
/// Pages ids out of wherever an entity can be searched.
/// <list type="bullet">
/// <item>Every id that fits the query from the first page to the last comes at least once; one that appears, goes or moves meanwhile may or may not come, or come twice.</item>
/// <item>A cursor is plain text (up to 8 KiB) that stays good for days and in another process; the page size may differ from call to call.</item>
/// <item>A page may be empty and still have a next cursor.</item>
/// </list>
/// </summary>
public interface IIdSource
{
    /// <param name="query">What to page.</param>
    /// <param name="cursor">Null for the first page, else <see cref="IdPage.NextCursor"/> of the page before.</param>
    /// <param name="pageSize">Most ids to return, at least 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="Errors.TransientException">Unreachable, too slow, throttled or answering nonsense, after the source's own retries.</exception>
    /// <exception cref="Errors.InvalidRequestException">Unknown collection, field or index, bad filter, bad cursor.</exception>
    Task<IdPage> ReadPageAsync(IdQuery query, string? cursor, int pageSize, CancellationToken cancellationToken);
}

/// <param name="Ids">The ids of the page.</param>
/// <param name="NextCursor">Cursor of the page after; null when this was the last.</param>
/// <param name="Total">How many ids fit the whole query, where the source knows.</param>
public sealed record IdPage(IReadOnlyList<string> Ids, string? NextCursor, long? Total = null);

/// <summary>What one slice of a replay reads.</summary>
/// <param name="Source">The entity's id source.</param>
/// <param name="Filters">Filters in the source's own language; an id must fit each.</param>
/// <param name="Related">Only entities related to one of these keys; null for no such restriction.</param>
/// <param name="Segment">0-based part of a scan.</param>
/// <param name="Segments">Parts of the scan; 1 for a source that is not scanned.</param>
public sealed record IdQuery(
    IdSourceDefinition Source,
    ImmutableArray<string> Filters,
    RelatedKeys? Related = null,
    int Segment = 0,
    int Segments = 1);

/// <summary>Keys of one relation's rows; never empty.</summary>
public sealed record RelatedKeys(string Relation, ImmutableArray<string> Keys);

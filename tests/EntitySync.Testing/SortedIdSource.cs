using System.Globalization;
using EntitySync.Core.Replay;

namespace EntitySync.Testing;

/// <summary>Pages a sorted set of ids; the cursor is the last id, as in a search index. Keeps what it was asked.</summary>
public sealed class SortedIdSource(IEnumerable<string> ids) : IIdSource
{
    private readonly SortedSet<string> _ids = new(ids, StringComparer.Ordinal);

    public SortedSet<string> Ids => _ids;

    public List<(IdQuery Query, string? Cursor, int PageSize)> Asked { get; } = [];

    /// <summary>Segments of a scan share the ids by their position.</summary>
    public Task<IdPage> ReadPageAsync(IdQuery query, string? cursor, int pageSize, CancellationToken cancellationToken)
    {
        Asked.Add((query, cursor, pageSize));
        var mine = _ids.Where((_, index) => index % query.Segments == query.Segment).ToList();
        var page = mine.Where(id => cursor is null || string.CompareOrdinal(id, cursor) > 0).Take(pageSize).ToList();
        return Task.FromResult(new IdPage(page, page.Count < pageSize ? null : page[^1], mine.Count));
    }

    /// <summary><c>id-0001</c> and on.</summary>
    public static IReadOnlyList<string> Numbered(int count) => [.. Enumerable.Range(1, count).Select(number => "id-" + number.ToString("D4", CultureInfo.InvariantCulture))];
}

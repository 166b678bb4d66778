using System.Globalization;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Replay;

/// <summary>Pages ids that the request itself lists; the cursor is the count of ids already read.</summary>
internal sealed class ListedIdSource(IReadOnlyList<string> ids) : IIdSource
{
    public Task<IdPage> ReadPageAsync(IdQuery query, string? cursor, int pageSize, CancellationToken cancellationToken)
    {
        var from = 0;
        if (cursor is not null && (!int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from > ids.Count))
        {
            throw new InvalidRequestException($"Cursor '{cursor}' is not a count of the {ids.Count} listed ids.");
        }

        var page = ids.Skip(from).Take(pageSize).ToList();
        var next = from + page.Count;
        return Task.FromResult(new IdPage(page, next < ids.Count ? next.ToString(CultureInfo.InvariantCulture) : null, ids.Count));
    }
}

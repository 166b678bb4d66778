using System.Net;
using System.Net.Http.Headers;

namespace EntitySync.Local.Following;

/// <summary>
/// Follows a feed from its beginning: each entry once, those of a partition in their order. This is how any program can:
/// <list type="number">
/// <item>Get the newest page, with the entity tag of the last time; 304: nothing is new.</item>
/// <item>Go back along <c>prev-archive</c> (<c>previous</c>) to the archive page that was read last, or to the first one.</item>
/// <item>Go forward again, oldest page first and on each oldest entry first, and at last take the newest page of step 1.</item>
/// <item>Pass over entries below the offset that is remembered for their partition: they were on the newest page before they were on an archive page.</item>
/// <item>Remember the place after each page.</item>
/// </list>
/// Pages that become full meanwhile do no harm: they are found the next time. Nor does a cache that has an older newest page than another one had: it is passed over.
/// </summary>
/// <param name="client">Gets pages.</param>
/// <param name="place">Where to go on.</param>
/// <param name="take">Told each page with those of its entries that are new, and the place behind it. It is called again with them when it did not remember the place.</param>
public sealed class FeedFollower(FeedClient client, FollowPlace place, Func<FollowedPage, IReadOnlyList<FollowedEntry>, FollowPlace, Task> take)
{
    /// <summary>Caches keep the newest page for seconds; one that is older for so many turns is of another feed.</summary>
    private const int MostOldTurns = 5;

    private EntityTagHeaderValue? _newest;
    private int _oldTurns;

    public FollowPlace Place { get; private set; } = place;

    /// <summary>Reads up to what is newest now.</summary>
    /// <returns>False when nothing was new.</returns>
    /// <exception cref="FollowException">The feed cannot be followed as it is.</exception>
    public async Task<bool> TurnAsync(CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync(Place.Feed, _newest, cancellationToken);
        if (answer.Status == HttpStatusCode.NotModified) return false;
        var newest = Parse(Place.Feed, answer);
        if (await BackAsync(newest.Previous, cancellationToken) is not { } way)
        {
            if (++_oldTurns < MostOldTurns) return false;
            throw new FollowException($"{Place.Page}, where the reading stopped, is not behind the newest page any more: the feed was made anew. Begin anew without the state.");
        }

        foreach (var address in way) await TakeAsync(await PageAsync(address, cancellationToken), cancellationToken);
        await TakeAsync(newest, cancellationToken);
        (_newest, _oldTurns) = (answer.Tag, 0); // only now: what has failed before is asked for in full again
        return true;
    }

    // Addresses only: the pages themselves are got a second time, one at a time, from a cache near by if there is one. Null when the newest page is older than the place.
    private async Task<Stack<Uri>?> BackAsync(Uri? address, CancellationToken cancellationToken)
    {
        var (way, reached) = (new Stack<Uri>(), 0L);
        while (address is not null && address != Place.Page)
        {
            var page = await PageAsync(address, cancellationToken);
            if ((reached = page.Number ?? 0) <= Place.Number) break;
            way.Push(address);
            address = page.Previous;
        }

        return address == Place.Page || way.Count > 0 || reached == Place.Number ? way : null;
    }

    private async Task<FollowedPage> PageAsync(Uri address, CancellationToken cancellationToken) => Parse(address, await client.GetAsync(address, null, cancellationToken));

    private async Task TakeAsync(FollowedPage page, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var next = new Dictionary<int, long>(Place.Next);
        var entries = new List<FollowedEntry>();
        foreach (var entry in page.Entries)
        {
            if (entry.Offset < next.GetValueOrDefault(entry.Partition)) continue;
            next[entry.Partition] = entry.Offset + 1;
            entries.Add(entry);
        }

        var place = page.Number is { } number ? Place with { Page = page.Address, Number = number, Next = next } : Place with { Next = next };
        await take(page, entries, place);
        Place = place;
    }

    private static FollowedPage Parse(Uri address, FeedAnswer answer) => answer.Body is { } body
        ? FollowedPage.Parse(address, body)
        : throw new FollowException($"There is no feed page at {address} ({(int)answer.Status}).");
}

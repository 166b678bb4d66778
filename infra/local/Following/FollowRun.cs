namespace EntitySync.Local.Following;

/// <summary>A follower that prints. The place is remembered after the lines of a page are written: a process that is killed between the two prints that page again, one that is told to end does not.</summary>
/// <param name="state">File of the place; null to remember nothing.</param>
internal sealed class FollowRun(HttpClient http, Uri feed, string? state, Stream output, TextWriter error, TimeProvider time)
{
    private readonly FeedClient _client = new(http, time);

    public async Task RunAsync(bool once, TimeSpan every, CancellationToken cancellationToken)
    {
        var follower = new FeedFollower(_client, FollowPlace.Load(state, feed), PrintAsync);
        while (true)
        {
            await follower.TurnAsync(cancellationToken);
            if (once) return;
            await Task.Delay(every, time, cancellationToken);
        }
    }

    // Not to be cancelled: a page is printed as a whole, and then remembered.
    private async Task PrintAsync(FollowedPage page, IReadOnlyList<FollowedEntry> entries, FollowPlace place)
    {
        if (page.Missing is { } missing && page.Address != feed) await error.WriteLineAsync($"{page.Address}: {missing}");
        foreach (var entry in entries)
        {
            await output.WriteAsync(await EntryLine.OfAsync(entry, async address => (await _client.GetAsync(new Uri(page.Address, address), null, CancellationToken.None)).Body));
        }

        await output.FlushAsync(CancellationToken.None);
        if (state is not null) place.Save(state);
    }
}

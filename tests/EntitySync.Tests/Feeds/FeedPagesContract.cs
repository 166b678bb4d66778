using EntitySync.Core.Feeds;

namespace EntitySync.Tests.Feeds;

/// <summary>What every <see cref="IFeedPages"/> promises. The one in memory runs it here, the DynamoDB one among the integration tests.</summary>
public abstract class FeedPagesContract
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    protected abstract Task<IFeedPages> PagesAsync();

    [Fact]
    public async Task NoRun_IsNoPage()
    {
        var pages = await PagesAsync();
        (await pages.LastAsync("shop", None)).ShouldBeNull();
        (await pages.FindAsync("shop", 1, None)).ShouldBeNull();
    }

    [Fact]
    public async Task Run_ComesBackAsItWas()
    {
        var pages = await PagesAsync();
        var run = new PageRun(1, 1_000_000_000, "events", [new PagePart(0, 0, long.MaxValue), new PagePart(7, 5, 5)], Now.AddTicks(1234));
        (await pages.TryAddAsync("shop", run, None)).ShouldBeTrue();

        foreach (var found in (PageRun?[])[await pages.LastAsync("shop", None), await pages.FindAsync("shop", 1, None), await pages.FindAsync("shop", 1_000_000_000, None)])
        {
            (found! with { Parts = [] }).ShouldBe(run with { Parts = [] });
            found.Parts.ShouldBe(run.Parts);
        }
    }

    [Fact]
    public async Task Pages_AreFoundInTheirRun_AndTheLastOfEachFeedByNumber()
    {
        var pages = await PagesAsync();
        foreach (var (feed, first, count) in ((string, long, long)[])[("shop", 1, 3), ("shop", 4, 1), ("shop", 5, 20), ("shop", 25, 90), ("shops", 1, 1)])
        {
            (await pages.TryAddAsync(feed, new PageRun(first, count, "events", [new PagePart(0, first, first + count)], Now), None)).ShouldBeTrue();
        }

        (await pages.LastAsync("shop", None))!.First.ShouldBe(25);
        (await pages.LastAsync("shops", None))!.First.ShouldBe(1);
        var found = new List<long?>();
        foreach (var page in (long[])[1, 3, 4, 5, 24, 25, 114, 115]) found.Add((await pages.FindAsync("shop", page, None))?.First);
        found.ShouldBe([1, 1, 4, 5, 5, 25, 25, null]);
    }

    [Fact]
    public async Task OneOfTwoWriters_IsFirst()
    {
        var pages = await PagesAsync();
        var tries = await Task.WhenAll(Enumerable.Range(1, 8).Select(count => pages.TryAddAsync("shop", new PageRun(1, count, "events", [new PagePart(0, 0, count)], Now), None)));
        tries.Count(added => added).ShouldBe(1);
        (await pages.LastAsync("shop", None))!.Count.ShouldBe(Array.IndexOf(tries, true) + 1);
    }
}

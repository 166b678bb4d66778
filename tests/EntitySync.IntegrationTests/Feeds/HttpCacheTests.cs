using System.Net;
using System.Net.Http.Headers;
using System.Text;
using EntitySync.Local.Following;

namespace EntitySync.IntegrationTests.Feeds;

/// <summary>A real HTTP cache before the function keeps what it may, and only that.</summary>
[Trait("Category", "Integration")]
public sealed class HttpCacheTests(LocalPartsFixture parts)
{
    [Fact]
    public async Task ArchivePages_AreAskedForOnce()
    {
        await using var origin = await FeedOrigin.StartAsync(parts, pageSize: 10);
        await origin.WriteAsync(0, 45);
        await using var cache = await StartCacheAsync(origin);
        using var http = cache.CreateClient();
        (await GetAsync(http, origin.Feed)).Answer.StatusCode.ShouldBe(HttpStatusCode.OK);

        foreach (var path in (string[])["shop/1", "shop/2", "shop/entries/0/0"])
        {
            var before = origin.Requests;
            var (first, body) = await GetAsync(http, new Uri(origin.Feed, path));
            var (second, again) = await GetAsync(http, new Uri(origin.Feed, path));
            (first.StatusCode, second.StatusCode, Cached(first), Cached(second)).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK, "MISS", "HIT"));
            again.ShouldBe(body);
            second.Headers.ETag.ShouldBe(first.Headers.ETag);
            (second.Headers.CacheControl!.MaxAge, second.Headers.CacheControl.Public).ShouldBe((TimeSpan.FromSeconds(31_536_000), true));

            // What the client has already is answered by the cache, too.
            var (known, nothing) = await GetAsync(http, new Uri(origin.Feed, path), tag: first.Headers.ETag);
            (known.StatusCode, nothing.Length).ShouldBe((HttpStatusCode.NotModified, 0));
            origin.Requests.ShouldBe(before + 1, path);
        }
    }

    [Fact]
    public async Task Forms_AreKeptApart()
    {
        await using var origin = await FeedOrigin.StartAsync(parts, pageSize: 10);
        await origin.WriteAsync(0, 45);
        await using var cache = await StartCacheAsync(origin);
        using var http = cache.CreateClient();
        await GetAsync(http, origin.Feed);

        var before = origin.Requests;
        for (var round = 0; round < 3; round++)
        {
            foreach (var (accept, start) in ((string, char)[])[("application/atom+xml", '<'), ("application/json", '{')])
            {
                ((char)(await GetAsync(http, new Uri(origin.Feed, "shop/1"), accept)).Body[0]).ShouldBe(start);
            }
        }

        origin.Requests.ShouldBe(before + 2);
    }

    [Fact]
    public async Task NextPage_IsFoundSoonAfterItIsFull()
    {
        await using var origin = await FeedOrigin.StartAsync(parts, pageSize: 10);
        await origin.WriteAsync(0, 25);
        await using var cache = await StartCacheAsync(origin);
        using var http = new HttpClient();
        using var direct = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        await GetAsync(http, origin.Feed);

        using var next = await direct.GetAsync(new Uri(origin.Feed, "shop/2"));
        (next.StatusCode, new Uri(next.RequestMessage!.RequestUri!, next.Headers.Location!)).ShouldBe((HttpStatusCode.TemporaryRedirect, origin.Feed));
        next.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromSeconds(5));
        await origin.WriteAsync(25, 10);
        using var full = await direct.GetAsync(new Uri(origin.Feed, "shop/2"));
        full.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Follower_ThroughTheCache_MissesAndRepeatsNothing()
    {
        await using var origin = await FeedOrigin.StartAsync(parts, pageSize: 10);
        await using var cache = await StartCacheAsync(origin);
        using var http = cache.CreateClient();
        var state = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var output = new MemoryStream();
        try
        {
            var (written, watch) = (0, System.Diagnostics.Stopwatch.StartNew());
            foreach (var count in (int[])[5, 60, 0, 33])
            {
                await origin.WriteAsync(written, count);
                written += count;

                // Each time a new process, as it were; the cache may have a newest page of up to five seconds ago.
                do await new FollowRun(http, origin.Feed, state, output, TextWriter.Null, TimeProvider.System).RunAsync(once: true, TimeSpan.Zero, CancellationToken.None);
                while (Lines(output).Length < written && watch.Elapsed < TimeSpan.FromSeconds(60));
            }

            var lines = Lines(output);
            lines.Length.ShouldBe(written);
            lines.Select(line => (string)line["id"]!).Distinct().Count().ShouldBe(written);
            foreach (var key in lines.Where(line => line["value"] is not null).GroupBy(line => (string)line["key"]!))
            {
                key.Select(line => (int)line["value"]!["n"]!).ShouldBeInOrder();
            }
        }
        finally
        {
            File.Delete(state);
        }
    }

    private static System.Text.Json.Nodes.JsonNode[] Lines(MemoryStream output) =>
        [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => System.Text.Json.Nodes.JsonNode.Parse(line)!)];

    private async Task<NginxCache> StartCacheAsync(FeedOrigin origin)
    {
        Assert.SkipWhen(NginxCache.Program is null, "nginx is not on the PATH (Debian: apt-get install nginx-light).");
        return await NginxCache.StartAsync(parts.Run, origin.Api);
    }

    private static string Cached(HttpResponseMessage answer) => answer.Headers.GetValues("X-Cache").Single();

    private static async Task<(HttpResponseMessage Answer, byte[] Body)> GetAsync(HttpClient http, Uri address, string? accept = null, EntityTagHeaderValue? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (accept is not null) request.Headers.Add("Accept", accept);
        if (tag is not null) request.Headers.IfNoneMatch.Add(tag);
        var answer = await http.SendAsync(request);
        return (answer, await answer.Content.ReadAsByteArrayAsync());
    }
}

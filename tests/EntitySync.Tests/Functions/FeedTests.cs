using System.Text.Json.Nodes;
using EntitySync.Core.Errors;
using EntitySync.Tests.Feeds;

namespace EntitySync.Tests.Functions;

public sealed class FeedTests
{
    private const string ForEver = "public, max-age=31536000, immutable";
    private const string Shortly = "public, max-age=5";

    private readonly FeedRig _rig = new();

    [Fact]
    public async Task NewestPage_IsShortLived_FullPagesAreForEver()
    {
        _rig.Append(0, 40);
        var newest = await _rig.SendAsync("/feeds/shop");
        (newest.Status, newest.Header("Content-Type"), newest.Header("Cache-Control"), newest.Header("Vary")).ShouldBe((200, "application/atom+xml; charset=utf-8", Shortly, "Accept"));
        newest.Body.ShouldBe(FeedRig.Atom(await _rig.NewestAsync()));

        var page = await _rig.SendAsync("/feeds/shop/2");
        (page.Status, page.Header("Content-Type"), page.Header("Cache-Control"), page.Header("Vary")).ShouldBe((200, "application/atom+xml; charset=utf-8", ForEver, "Accept"));
        page.Body.ShouldBe(FeedRig.Atom((await _rig.ArchiveAsync(2))!));
    }

    [Fact]
    public async Task EntityTag_IsOfTheBytes_AndSpares_TheBody()
    {
        _rig.Append(0, 40);
        foreach (var path in (string[])["/feeds/shop", "/feeds/shop/1", "/feeds/shop/entries/0/3"])
        {
            var first = await _rig.SendAsync(path);
            var tag = first.Header("ETag")!;
            (await _rig.SendAsync(path)).Header("ETag").ShouldBe(tag);
            foreach (var given in (string[])[tag, $"\"other\", W/{tag}", "*"])
            {
                var again = await _rig.SendAsync(path, "GET", ("If-None-Match", given));
                (again.Status, again.Body.Length, again.Header("ETag"), again.Header("Cache-Control")).ShouldBe((304, 0, tag, first.Header("Cache-Control")));
            }

            (await _rig.SendAsync(path, "GET", ("if-none-match", "\"other\""))).Status.ShouldBe(200);
        }

        (await _rig.SendAsync("/feeds/shop/1", "GET", ("accept", "application/json"))).Header("ETag").ShouldNotBe((await _rig.SendAsync("/feeds/shop/1")).Header("ETag"));
        var before = (await _rig.SendAsync("/feeds/shop")).Header("ETag")!;
        _rig.Append(0, 1);
        (await _rig.SendAsync("/feeds/shop", "GET", ("if-none-match", before))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Head_IsGetWithoutBody()
    {
        _rig.Append(0, 40);
        foreach (var path in (string[])["/feeds/shop", "/feeds/shop/1", "/feeds/shop/entries/0/3", "/feeds/none"])
        {
            var (get, head) = (await _rig.SendAsync(path), await _rig.SendAsync(path, "HEAD"));
            (head.Status, head.Body.Length).ShouldBe((get.Status, 0));
            head.Headers.ShouldBe(get.Headers);
        }
    }

    [Theory]
    [InlineData(null, "application/atom+xml; charset=utf-8")]
    [InlineData("*/*", "application/atom+xml; charset=utf-8")]
    [InlineData("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/atom+xml; charset=utf-8")]
    [InlineData("application/*", "application/atom+xml; charset=utf-8")]
    [InlineData("image/png", "application/atom+xml; charset=utf-8")] // better than 406
    [InlineData("application/json", "application/json")]
    [InlineData("APPLICATION/JSON; charset=utf-8", "application/json")]
    [InlineData("application/feed+json, application/json", "application/feed+json")]
    [InlineData("application/atom+xml;q=0.5, application/json;q=0.6", "application/json")]
    [InlineData("application/json;q=0.5, application/atom+xml;q=0.6", "application/atom+xml; charset=utf-8")]
    [InlineData("application/atom+xml;q=0, application/json;q=0.001", "application/json")]
    [InlineData("application/json;q=0.3, */*;q=0.1", "application/json")]
    [InlineData("application/json;q=high, application/atom+xml;q=0.9", "application/json")]
    [InlineData(";;,,q=", "application/atom+xml; charset=utf-8")]
    public async Task Accept_ChoosesTheForm(string? accept, string type)
    {
        _rig.Append(0, 1);
        var answer = await _rig.SendAsync("/feeds/shop", "GET", accept is null ? [] : [("Accept", accept)]);
        (answer.Status, answer.Header("Content-Type"), answer.Header("Vary")).ShouldBe((200, type, "Accept"));
        answer.Text[0].ShouldBe(type.Contains("json", StringComparison.Ordinal) ? '{' : '<');
    }

    [Fact]
    public async Task PageAfterTheLast_RedirectsToTheNewest_UntilItIsFull()
    {
        _rig.Append(0, 29);
        await _rig.SendAsync("/feeds/shop");
        var next = await _rig.SendAsync("/feeds/shop/2");
        (next.Status, next.Header("Location"), next.Header("Cache-Control")).ShouldBe((307, "../shop", Shortly));
        (await _rig.SendAsync("/feeds/shop/3")).Status.ShouldBe(404);

        _rig.Append(0, 1);
        (await _rig.SendAsync("/feeds/shop/2")).Header("Cache-Control").ShouldBe(ForEver); // nobody has asked for the newest page meanwhile
    }

    [Fact]
    public async Task Entries_AreTheValuesAsTheyAre()
    {
        _rig.Append(0, "k", """{ "a": 1 }""");
        _rig.Append(0, [1], [0xFF]);
        _rig.Append(0, "k", null);
        _rig.Append(0, "k", "");
        _rig.Topics.Skip(FeedRig.Topic, 0);

        var json = await _rig.SendAsync("/feeds/shop/entries/0/0");
        (json.Status, json.Header("Content-Type"), json.Text, json.Header("Cache-Control"), json.Header("X-Content-Type-Options")).ShouldBe((200, "application/json", """{ "a": 1 }""", ForEver, "nosniff"));
        var bytes = await _rig.SendAsync("/feeds/shop/entries/0/1");
        (bytes.Status, bytes.Header("Content-Type"), Convert.ToHexString(bytes.Body)).ShouldBe((200, "application/octet-stream", "FF"));
        (await _rig.SendAsync("/feeds/shop/entries/0/2")).Status.ShouldBe(204);
        (await _rig.SendAsync("/feeds/shop/entries/0/3")).Status.ShouldBe(200);
        await ProblemAsync("/feeds/shop/entries/0/4", 404, "There is no record at partition 0, offset 4: not yet, or not any more.");
        await ProblemAsync("/feeds/shop/entries/0/5", 404, "There is no record at partition 0, offset 5: not yet, or not any more.");
        await ProblemAsync("/feeds/shop/entries/1/0", 404, "There is no record at partition 1, offset 0: not yet, or not any more.");
    }

    [Fact]
    public async Task TooLargeAValue_IsRefusedInWords()
    {
        _rig.Append(0, "k"u8.ToArray(), new byte[4_400_001]);
        await ProblemAsync("/feeds/shop/entries/0/0", 500, "The value has 4400001 bytes, more than the 4400000 that can be answered here; read it from the topic.");
    }

    [Theory]
    [InlineData("/feeds/shop/0")]
    [InlineData("/feeds/shop/-1")]
    [InlineData("/feeds/shop/01")]
    [InlineData("/feeds/shop/1.0")]
    [InlineData("/feeds/shop/99999999999999999999")]
    [InlineData("/feeds/shop/")]
    [InlineData("/feeds/shop/entries/0")]
    [InlineData("/feeds/shop/entries/0/x")]
    [InlineData("/feeds/shop/entries/4294967296/0")]
    [InlineData("/feeds")]
    [InlineData("/other")]
    public Task OtherAddresses_AreNotFound(string path) => ProblemAsync(path, 404, "No such page: archive pages are numbers from 1, entries are entries/{partition}/{offset}.");

    [Fact]
    public async Task UnknownFeedsAndMethods_AreRefused()
    {
        await ProblemAsync("/feeds/shp", 404, "feed 'shp' is not known; known: shop. Did you mean 'shop'?");
        (await _rig.SendAsync("/feeds/shop", "POST")).Header("Allow").ShouldBe("GET, HEAD");
    }

    [Fact]
    public async Task TopicMadeAnew_SaysSo_AndIsKeptByNoCache()
    {
        _rig.Append(0, 40);
        await _rig.SendAsync("/feeds/shop");
        _rig.Topics.CreateTopic(FeedRig.Topic, 1, anew: true);

        var answer = await _rig.SendAsync("/feeds/shop/1");
        (answer.Status, answer.Header("Cache-Control")).ShouldBe((500, "no-store"));
        JsonNode.Parse(answer.Text)!["detail"]!.ToString().ShouldBe("The full pages of the feed do not belong to its topic as it is now; see the function's log.");
    }

    [Fact]
    public async Task TroubleOfTheBroker_IsToldApart()
    {
        _rig.Topics.Gate = _ => throw new TransientException("broker away");
        var away = await _rig.SendAsync("/feeds/shop");
        (away.Status, away.Header("Retry-After"), away.Header("Cache-Control")).ShouldBe((503, "1", "no-store"));
        _rig.Topics.Gate = _ => throw new InvalidRequestException("host:9092 says no");
        await ProblemAsync("/feeds/shop", 500, "The feed cannot be served as it is; see the function's log.");
    }

    private async Task ProblemAsync(string path, int status, string detail)
    {
        var answer = await _rig.SendAsync(path);
        (answer.Status, answer.Header("Content-Type")).ShouldBe((status, "application/problem+json"));
        JsonNode.Parse(answer.Text)!["detail"]!.ToString().ShouldBe(detail);
    }
}

using System.Net;
using System.Text;
using EntitySync.Local.Following;
using EntitySync.Testing;
using EntitySync.Tests.Feeds;

namespace EntitySync.Tests.Local.Following;

public sealed class FeedFollowerTests : IDisposable
{
    private static readonly Uri Address = new("http://feeds.example/stage/feeds/shop");

    private readonly string _state = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly FeedRig _rig = new();
    private readonly FeedRigHandler _server;
    private readonly HttpClient _http;
    private readonly MemoryStream _output = new();
    private readonly StringWriter _error = new();

    public FeedFollowerTests() => _http = new HttpClient(_server = new FeedRigHandler(_rig));

    public void Dispose()
    {
        _http.Dispose();
        _output.Dispose();
        _error.Dispose();
        File.Delete(_state);
    }

    [Fact]
    public async Task EachEntry_IsOneLine()
    {
        _rig.Append(0, "a", """{ "n" : 1.50 }""");
        _rig.Append(0, null, [0xFF]);
        _rig.Append(0, [0xFF], null);
        _rig.Append(0, "big", $"[\"{new string('x', 40_000)}\" ]");
        _rig.Append(0, "bytes"u8.ToArray(), new byte[40_000]);
        await RunAsync();

        Output().ShouldBe(
        [
            """{"id":"tag:entitysync,2026:events/0/0","key":"a","value":{"n":1.50}}""",
            """{"id":"tag:entitysync,2026:events/0/1","key":null,"valueBase64":"/w=="}""",
            """{"id":"tag:entitysync,2026:events/0/2","keyBase64":"/w==","tombstone":true}""",
            $$"""{"id":"tag:entitysync,2026:events/0/3","key":"big","value":["{{new string('x', 40_000)}}"]}""",
            $$"""{"id":"tag:entitysync,2026:events/0/4","key":"bytes","valueBase64":"{{Convert.ToBase64String(new byte[40_000])}}"}""",
        ]);
    }

    [Fact]
    public async Task Archive_IsReadFromItsBeginning_ThenTheNewestPage()
    {
        _rig.Append(0, 35);
        await RunAsync();

        Offsets().ShouldBe(Enumerable.Range(0, 35));
        _server.Log.ShouldBe(["/stage/feeds/shop 200", "/stage/feeds/shop/2 200", "/stage/feeds/shop/1 200", "/stage/feeds/shop/1 200", "/stage/feeds/shop/2 200"]);
    }

    [Fact]
    public async Task NextStart_GoesOnWhereItWas()
    {
        _rig.Append(0, 25);
        await RunAsync();
        _rig.Append(0, 30);
        _server.Log.Clear();
        await RunAsync();

        Offsets().ShouldBe(Enumerable.Range(0, 55));
        _server.Log.ShouldBe(["/stage/feeds/shop 200", "/stage/feeds/shop/4 200", "/stage/feeds/shop/3 200", "/stage/feeds/shop/2 200", "/stage/feeds/shop/2 200", "/stage/feeds/shop/3 200", "/stage/feeds/shop/4 200"]);
        File.ReadAllText(_state).ShouldBe("""
            {
              "feed": "http://feeds.example/stage/feeds/shop",
              "page": "http://feeds.example/stage/feeds/shop/4",
              "number": 4,
              "next": {
                "0": 55
              }
            }
            """);
        File.Exists(_state + ".new").ShouldBeFalse();
    }

    [Fact]
    public async Task NothingNew_CostsOneRequestWithoutBody()
    {
        _rig.Append(0, 5);
        var follower = new FeedFollower(new FeedClient(_http, TimeProvider.System), FollowPlace.Beginning(Address), (_, _, _) => Task.CompletedTask);
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeFalse();
        _server.Log.ShouldBe(["/stage/feeds/shop 200", "/stage/feeds/shop 304"]);
        _rig.Append(0, 1);
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        follower.Place.Next[0].ShouldBe(6);
    }

    [Fact]
    public async Task Failure_InTheMiddle_RepeatsNothing()
    {
        _rig.Append(0, 45);
        _server.Before = request => request.RequestUri!.AbsolutePath.EndsWith("/2", StringComparison.Ordinal) && _server.Log.Count > 4 ? new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StringContent("not you") } : null;
        (await Should.ThrowAsync<FollowException>(RunAsync)).Message.ShouldBe("http://feeds.example/stage/feeds/shop/2 answered 403: not you");
        Offsets().ShouldBe(Enumerable.Range(0, 10));

        _server.Before = _ => null;
        await RunAsync();
        Offsets().ShouldBe(Enumerable.Range(0, 45));
    }

    [Fact]
    public async Task WhatFailsForNow_IsTriedAgain()
    {
        _rig.Append(0, 5);
        var failures = 0;
        _server.Before = _ => failures++ switch
        {
            0 => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Headers = { { "Retry-After", "1" } } },
            1 => throw new HttpRequestException("refused"),
            2 => new HttpResponseMessage(HttpStatusCode.TooManyRequests),
            _ => null,
        };
        await RunAsync();
        Offsets().ShouldBe(Enumerable.Range(0, 5));

        _server.Before = _ => new HttpResponseMessage(HttpStatusCode.BadGateway);
        (await Should.ThrowAsync<FollowException>(RunAsync)).Message.ShouldBe("http://feeds.example/stage/feeds/shop: answered 502, 8 times in a row.");
    }

    [Fact]
    public async Task OlderNewestPageOfAnotherCache_IsPassedOver()
    {
        _rig.Append(0, 25);
        byte[]? old = null;
        _server.After = (request, response) => old ??= response.Content.ReadAsByteArrayAsync().Result;
        var taken = new List<long>();
        var follower = new FeedFollower(new FeedClient(_http, TimeProvider.System), FollowPlace.Beginning(Address), (_, entries, _) =>
        {
            taken.AddRange(entries.Select(entry => entry.Offset));
            return Task.CompletedTask;
        });
        await follower.TurnAsync(CancellationToken.None);
        _rig.Append(0, 30);
        await follower.TurnAsync(CancellationToken.None);

        _server.Before = request => request.RequestUri == Address ? new HttpResponseMessage { Content = new ByteArrayContent(old!) } : null;
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeFalse();
        _server.Before = _ => null;
        _rig.Append(0, 10);
        (await follower.TurnAsync(CancellationToken.None)).ShouldBeTrue();
        taken.ShouldBe(Enumerable.Range(0, 65).Select(offset => (long)offset));
    }

    [Fact]
    public async Task FeedMadeAnew_IsNotFollowedInSilence()
    {
        _rig.Append(0, 25);
        await RunAsync();
        var anew = new FeedRig();
        anew.Append(0, 3);
        using var http = new HttpClient(new FeedRigHandler(anew));
        var follower = new FeedFollower(new FeedClient(http, TimeProvider.System), FollowPlace.Load(_state, Address), (_, _, _) => Task.CompletedTask);
        for (var turn = 0; turn < 4; turn++) (await follower.TurnAsync(CancellationToken.None)).ShouldBeFalse();
        (await Should.ThrowAsync<FollowException>(() => follower.TurnAsync(CancellationToken.None))).Message.ShouldContain("the feed was made anew");
    }

    [Fact]
    public async Task Gaps_AreTold()
    {
        _rig.Append(0, 25);
        await _rig.NewestAsync();
        _rig.Topics.Truncate(FeedRig.Topic, 0, 4);
        await RunAsync();

        Offsets().ShouldBe(Enumerable.Range(4, 21));
        _error.ToString().ShouldBe("http://feeds.example/stage/feeds/shop/1: 4 of the 10 offsets of this page have no record: retention or compaction took them, or they are markers of transactions." + Environment.NewLine);
    }

    [Theory]
    [InlineData("{", "does not say how far a feed was followed")]
    [InlineData("{}", "does not say how far a feed was followed; delete it to begin anew.")]
    [InlineData("""{"feed":"http://other.example/feeds/x","next":{}}""", "is of http://other.example/feeds/x, not of http://feeds.example/stage/feeds/shop; give another --state.")]
    public async Task StateOfSomethingElse_IsRefused(string text, string message)
    {
        File.WriteAllText(_state, text);
        (await Should.ThrowAsync<FollowException>(RunAsync)).Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("<html/>")]
    [InlineData("{}")]
    [InlineData("""{"_entitysync":{},"items":[{"id":"x"}]}""")]
    public async Task WhatIsNoFeed_IsRefused(string body)
    {
        _server.Before = _ => new HttpResponseMessage { Content = new StringContent(body, Encoding.UTF8) };
        (await Should.ThrowAsync<FollowException>(RunAsync)).Message.ShouldStartWith("http://feeds.example/stage/feeds/shop is no page of a feed in its JSON form: ");
    }

    [Fact]
    public async Task UnknownFeed_IsNamed()
    {
        _server.Before = _ => new HttpResponseMessage(HttpStatusCode.NotFound);
        (await Should.ThrowAsync<FollowException>(RunAsync)).Message.ShouldBe("There is no feed page at http://feeds.example/stage/feeds/shop (404).");
    }

    private Task RunAsync() => new FollowRun(_http, Address, _state, _output, _error, new LeapingClock()).RunAsync(once: true, TimeSpan.Zero, CancellationToken.None);

    private string[] Output() => Encoding.UTF8.GetString(_output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private int[] Offsets() => [.. Output().Select(line => int.Parse(line.Split('"')[3].Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture))];
}

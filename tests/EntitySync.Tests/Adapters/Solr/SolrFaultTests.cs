using EntitySync.Adapters.Solr;
using EntitySync.Core.Errors;
using EntitySync.Testing;
using Microsoft.AspNetCore.Http;

namespace EntitySync.Tests.Adapters.Solr;

/// <summary>Solr down, slow, answering HTML, cut off, overloaded.</summary>
public class SolrFaultTests
{
    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task PassingError_IsTriedAgainAndForgotten(int status)
    {
        await using var world = await SolrWorld.StartAsync();
        world.AddNumbered(10);
        world.Server.Intercept = async (context, request) => request is 2 or 3 && await AnswerAsync(context, status, "application/json", """{"error":{"msg":"not now"}}""");

        (await world.ReadAllAsync(SolrWorld.Query(), 4)).Count.ShouldBe(10);
        world.Server.Requests.ShouldBe(4 + 2);
    }

    [Fact]
    public async Task StayingError_IsTransientWithSolrsReason_AfterAllRetries()
    {
        await using var world = await SolrWorld.StartAsync();
        world.Server.Intercept = (context, _) => AnswerAsync(context, 503, "application/json", """{"responseHeader":{"status":503},"error":{"trace":"x","msg":"no servers hosting shard"}}""");

        var exception = await Should.ThrowAsync<TransientException>(() => world.ReadAllAsync(SolrWorld.Query()));

        exception.Message.ShouldContain("503 no servers hosting shard");
        world.Server.Requests.ShouldBe(5);
    }

    [Theory]
    [InlineData("<html><body>We will be back soon</body></html>", "We will be back soon")]
    [InlineData("", "(empty)")]
    [InlineData("{\"response\":{\"numFound\":10,\"docs\":[{\"sku\":\"a\"},", "not Solr's JSON")]
    [InlineData("{\"response\":{\"numFound\":1,\"docs\":[{\"sku\":\"a\"}]}}", "nextCursorMark")]
    [InlineData("[]", "not Solr's JSON")]
    [InlineData("{\"response\":{\"numFound\":1,\"docs\":[{\"sku\":\"\\ud800\"}]},\"nextCursorMark\":\"x\"}", "not Solr's JSON")]
    public async Task SuccessThatIsNotSolrs_IsTransient(string body, string reason)
    {
        await using var world = await SolrWorld.StartAsync();
        world.Server.Intercept = (context, _) => AnswerAsync(context, 200, "text/html", body);

        (await Should.ThrowAsync<TransientException>(() => world.ReadAllAsync(SolrWorld.Query()))).Message.ShouldContain(reason);
        world.Server.Requests.ShouldBe(5);
    }

    [Fact]
    public async Task PartialResults_AreTransient_AsIdsWouldBeLost()
    {
        await using var world = await SolrWorld.StartAsync();
        world.Server.Intercept = (context, _) =>
            AnswerAsync(context, 200, "application/json", """{"responseHeader":{"status":0,"partialResults":true},"response":{"numFound":0,"docs":[]},"nextCursorMark":"*"}""");

        (await Should.ThrowAsync<TransientException>(() => world.ReadAllAsync(SolrWorld.Query()))).Message.ShouldContain("partial results");
    }

    [Theory]
    [InlineData("""{"id":"a"}""", "without field 'sku'")]
    [InlineData("""{"sku":["a","b"]}""", "not a single string")]
    public async Task DocumentWithoutUsableKey_IsInvalid(string document, string reason)
    {
        await using var world = await SolrWorld.StartAsync();
        world.Server.Intercept = (context, _) =>
            AnswerAsync(context, 200, "application/json", $$"""{"response":{"numFound":1,"docs":[{{document}}]},"nextCursorMark":"x"}""");

        (await Should.ThrowAsync<InvalidRequestException>(() => world.ReadAllAsync(SolrWorld.Query()))).Message.ShouldContain(reason);
        world.Server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task NumericKey_IsTakenToTheLastDigit()
    {
        await using var world = await SolrWorld.StartAsync();
        world.Server.Intercept = (context, request) => AnswerAsync(
            context, 200, "application/json", $$"""{"response":{"numFound":1,"docs":[{{(request == 1 ? """{"x":[1,{}],"sku":12345678901234567890}""" : "")}}]},"nextCursorMark":"c1"}""");

        (await world.ReadAllAsync(SolrWorld.Query())).ShouldBe(["12345678901234567890"]);
    }

    [Fact]
    public async Task AnswerOverTheBound_IsInvalidAndSaysWhatToDo()
    {
        await using var world = await SolrWorld.StartAsync(SolrWorld.Fast with { MaximumAnswerBytes = 1000 });
        world.AddNumbered(200);

        (await Should.ThrowAsync<InvalidRequestException>(() => world.ReadAllAsync(SolrWorld.Query(), 200))).Message.ShouldContain("lower the replay's pageSize");
    }

    [Fact]
    public async Task Down_IsTransient()
    {
        var world = await SolrWorld.StartAsync();
        await world.Server.DisposeAsync();

        (await Should.ThrowAsync<TransientException>(() => world.ReadAllAsync(SolrWorld.Query()))).Message.ShouldContain("/solr/items/select");
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Slow_IsTransientAfterTheTimeout()
    {
        await using var world = await SolrWorld.StartAsync(SolrWorld.Fast with { Timeout = TimeSpan.FromMilliseconds(50), Retries = 1 });
        world.Server.Intercept = async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };

        (await Should.ThrowAsync<TransientException>(() => world.ReadAllAsync(SolrWorld.Query()))).Message.ShouldContain("no answer within 0.05 s");
        world.Server.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task Cancelled_IsCancelled_NotTransient()
    {
        await using var world = await SolrWorld.StartAsync();
        using var cancellation = new CancellationTokenSource();
        world.Server.Intercept = async (_, _) =>
        {
            await cancellation.CancelAsync();
            return false;
        };

        await Should.ThrowAsync<OperationCanceledException>(() => world.Source.ReadPageAsync(SolrWorld.Query(), null, 5, cancellation.Token));
    }

    [Fact]
    public async Task RetryAfter_IsWaitedFor_UpToTheBound()
    {
        var clock = new LeapingClock();
        var start = clock.GetUtcNow();
        var handler = new Scripted(
            _ => Answer(503, "{}", retryAfter: 7),
            _ => Answer(429, "{}", retryAfter: 3600),
            _ => Answer(200, """{"response":{"numFound":0,"docs":[]},"nextCursorMark":"*"}"""));
        // The leaping clock ends timeouts at once, so there is none here.
        var options = new SolrOptions { Url = "http://solr.test/solr", Timeout = Timeout.InfiniteTimeSpan };
        var source = new SolrIdSource(handler, options, clock);

        await source.ReadPageAsync(SolrWorld.Query(), null, 5, CancellationToken.None);

        (clock.GetUtcNow() - start).ShouldBe(TimeSpan.FromSeconds(7 + 20));
    }

    [Fact]
    public async Task NoUrl_IsInvalid()
    {
        var source = new SolrIdSource(new Scripted(), new SolrOptions(), TimeProvider.System);

        (await Should.ThrowAsync<InvalidRequestException>(() => source.ReadPageAsync(SolrWorld.Query(), null, 5, CancellationToken.None))).Message.ShouldContain("SOLR_URL");
    }

    private static async Task<bool> AnswerAsync(HttpContext context, int status, string type, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
        return true;
    }

    private static HttpResponseMessage Answer(int status, string body, int? retryAfter = null)
    {
        var response = new HttpResponseMessage((System.Net.HttpStatusCode)status) { Content = new StringContent(body) };
        if (retryAfter is { } seconds) response.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
        return response;
    }

    private sealed class Scripted(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler, IHttpClientFactory
    {
        private int _next;

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answers[_next++](request));
    }
}

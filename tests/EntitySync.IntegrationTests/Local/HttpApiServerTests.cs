using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using EntitySync.Local.Http;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;

namespace EntitySync.IntegrationTests.Local;

[Trait("Category", "Integration")]
public sealed class HttpApiServerTests : IAsyncLifetime, IDisposable
{
    private static readonly HttpRoute[] Routes = [new("Api", "PUT", "/reference-tables/{table}/rows/{key}"), new("Api", "POST", "/reference-tables/{table}/rows")];

    private readonly HttpClient _http = new();
    private readonly ScriptedFunction _function;
    private LambdaResult _answer = ScriptedFunction.Answer("""{"statusCode":204}""");
    private HttpApiServer? _server;

    public HttpApiServerTests() => _function = new ScriptedFunction((_, _) => _answer);

    public async ValueTask InitializeAsync() => _server = await HttpApiServer.StartAsync(Routes, _function, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Request_BecomesAVersion2Event()
    {
        using var request = Put("/reference-tables/delivery-classes/rows/a%2Fb%20c?x=1&x=2&y=%26", new StringContent("""{"n":1}""", Encoding.UTF8, "application/json"));
        request.Headers.TryAddWithoutValidation("If-Match", "\"7\"");
        request.Headers.TryAddWithoutValidation("Cookie", "a=1; b=2");
        using var response = await _http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        var read = Event();
        (read.Version, read.RouteKey).ShouldBe(("2.0", "PUT /reference-tables/{table}/rows/{key}"));
        (read.RawPath, read.RawQueryString).ShouldBe(("/reference-tables/delivery-classes/rows/a%2Fb%20c", "x=1&x=2&y=%26"));
        read.PathParameters.ShouldBe(new Dictionary<string, string> { ["table"] = "delivery-classes", ["key"] = "a/b c" }, ignoreOrder: true);
        read.QueryStringParameters.ShouldBe(new Dictionary<string, string> { ["x"] = "1,2", ["y"] = "&" }, ignoreOrder: true);
        read.Cookies.ShouldBe(["a=1", "b=2"]);
        read.Headers["if-match"].ShouldBe("\"7\"");
        read.Headers.Keys.ShouldAllBe(name => !name.Any(char.IsUpper));
        (read.Body, read.IsBase64Encoded).ShouldBe(("""{"n":1}""", false));
        (read.RequestContext.Http.Method, read.RequestContext.Http.Path, read.RequestContext.Http.SourceIp).ShouldBe(("PUT", read.RawPath, "127.0.0.1"));
        read.RequestContext.TimeEpoch.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8", new byte[] { 0x68, 0x69 }, false)]
    [InlineData("application/xml", new byte[] { 0x3c, 0x3e }, false)]
    [InlineData("application/x-ndjson", new byte[] { 0x7b, 0x7d }, true)]
    [InlineData("application/octet-stream", new byte[] { 0, 255 }, true)]
    [InlineData("application/json", new byte[] { 255, 254 }, true)]
    public async Task Body_IsBase64UnlessItIsText(string contentType, byte[] body, bool encoded)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await _http.PostAsync(Address("/reference-tables/t/rows"), content);
        var read = Event();
        read.IsBase64Encoded.ShouldBe(encoded);
        (encoded ? Convert.FromBase64String(read.Body) : Encoding.UTF8.GetBytes(read.Body)).ShouldBe(body);
    }

    [Fact]
    public async Task Answer_BecomesTheResponse()
    {
        _answer = ScriptedFunction.Answer("""{"statusCode":409,"headers":{"ETag":"\"3\"","content-type":"text/plain"},"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}""");
        using var request = Put("/reference-tables/t/rows/k", null);
        using var response = await _http.SendAsync(request);
        ((int)response.StatusCode, await response.Content.ReadAsStringAsync()).ShouldBe((409, "hi"));
        response.Headers.ETag!.Tag.ShouldBe("\"3\"");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        response.Headers.GetValues("Set-Cookie").ShouldBe(["a=1", "b=2"]);
    }

    [Theory]
    [InlineData("""{"statusCode":"two hundred"}""")]
    [InlineData("""{"statusCode":7}""")]
    [InlineData("""{"statusCode":200,"body":"%%","isBase64Encoded":true}""")]
    [InlineData("not json")]
    public async Task AnswerThatIsNone_Is500(string answer)
    {
        _answer = ScriptedFunction.Answer(answer);
        await ExpectAsync("/reference-tables/t/rows/k", null, 500, "Internal Server Error");
    }

    [Fact]
    public async Task FunctionError_Is500()
    {
        _answer = ScriptedFunction.Error("secret");
        await ExpectAsync("/reference-tables/t/rows/k", null, 500, "Internal Server Error");
    }

    [Fact]
    public async Task UnknownRoute_Is404()
    {
        await ExpectAsync("/reference-tables/t", null, 404, "Not Found");
        _function.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task BodyAboveTheLimit_Is413()
    {
        await ExpectAsync("/reference-tables/t/rows/k", new ByteArrayContent(new byte[(10 * 1024 * 1024) + 1]), 413, "Request Entity Too Large");
        _function.Events.ShouldBeEmpty();
    }

    private async Task ExpectAsync(string path, HttpContent? content, int status, string message)
    {
        using var request = Put(path, content);
        using var response = await _http.SendAsync(request);
        ((int)response.StatusCode, await response.Content.ReadAsStringAsync()).ShouldBe((status, $$"""{"message":"{{message}}"}"""));
    }

    private HttpRequestMessage Put(string path, HttpContent? content) => new(HttpMethod.Put, Address(path)) { Content = content };

    private Uri Address(string path) => new(_server!.BaseAddress, path);

    private APIGatewayHttpApiV2ProxyRequest Event() =>
        new DefaultLambdaJsonSerializer().Deserialize<APIGatewayHttpApiV2ProxyRequest>(new MemoryStream(Encoding.UTF8.GetBytes(_function.Events.ShouldHaveSingleItem().ToJsonString())));
}

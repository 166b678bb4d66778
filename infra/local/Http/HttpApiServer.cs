using System.Text.Json;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;

namespace EntitySync.Local.Http;

/// <summary>
/// The HTTP API of the template on a loopback port: a request becomes a version 2.0 event, the function's answer the response.
/// Authorisers do not exist locally.
/// </summary>
public sealed class HttpApiServer : IAsyncDisposable
{
    /// <summary>An HTTP API takes at most this much.</summary>
    private const int MaximumBodyBytes = 10 * 1024 * 1024;

    private readonly LocalWebServer _server;

    private HttpApiServer(LocalWebServer server) => _server = server;

    public Uri BaseAddress => _server.BaseAddress;

    /// <param name="port">0 lets the system choose.</param>
    public static async Task<HttpApiServer> StartAsync(
        IEnumerable<HttpRoute> routes, ILambdaInvoker functions, TimeProvider time, int port = 0, CancellationToken cancellationToken = default)
    {
        var table = new RouteTable(routes);
        return new HttpApiServer(await LocalWebServer.StartAsync(application => application.Run(context => HandleAsync(context, table, functions, time)), port, cancellationToken));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static async Task HandleAsync(HttpContext context, RouteTable routes, ILambdaInvoker functions, TimeProvider time)
    {
        if (routes.Match(context.Request.Method, HttpApiEvent.RawPath(context)) is not { } match)
        {
            await MessageAsync(context, 404, "Not Found");
            return;
        }

        if (await ReadBodyAsync(context) is not { } body)
        {
            await MessageAsync(context, 413, "Request Entity Too Large");
            return;
        }

        var result = await functions.InvokeAsync(match.Route.FunctionId, HttpApiEvent.Write(context, match, body, time.GetUtcNow()), context.RequestAborted);
        if (result.FunctionError is not null || !await HttpApiResponse.TryWriteAsync(context.Response, result.Payload)) await MessageAsync(context, 500, "Internal Server Error");
    }

    private static async Task<byte[]?> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MaximumBodyBytes) return null;
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            if (body.Length + read > MaximumBodyBytes) return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static async Task MessageAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["message"] = message }), context.RequestAborted);
    }
}

using System.Collections.Concurrent;
using EntitySync.Local.Http;

namespace EntitySync.Local.Solr;

/// <summary>
/// A search server that answers <c>/solr/{collection}/select</c> as Solr does, as far as replays ask: filters, unique key sort, <c>cursorMark</c>,
/// errors. Loopback only, in memory.
/// </summary>
public sealed class SolrServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SolrCollection> _collections = new(StringComparer.Ordinal);
    private LocalWebServer? _web;
    private int _requests;

    /// <summary>Base address for <c>SOLR_URL</c>.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1:0/solr");

    /// <summary>Requests taken so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>
    /// Asked before each search with the count of requests so far (1 for the first); answers true when it has answered the request itself. For tests:
    /// errors, slowness, and changes between pages.
    /// </summary>
    public Func<HttpContext, int, Task<bool>>? Intercept { get; set; }

    /// <param name="port">Port to listen on; 0 lets the system choose.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<SolrServer> StartAsync(int port = 0, CancellationToken cancellationToken = default)
    {
        var server = new SolrServer();
        server._web = await LocalWebServer.StartAsync(application => application.Map("/solr/{collection}/select", server.SelectAsync), port, cancellationToken);
        server.Url = new Uri(server._web.BaseAddress, "solr");
        return server;
    }

    /// <summary>The collection of that name; created on the first call.</summary>
    /// <param name="name">Collection.</param>
    /// <param name="uniqueKey">Its unique key field.</param>
    /// <param name="fields">Fields that may be searched before any document has them.</param>
    public SolrCollection Collection(string name, string uniqueKey, params string[] fields) => _collections.GetOrAdd(name, _ => new SolrCollection(uniqueKey, fields));

    public ValueTask DisposeAsync() => _web?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task SelectAsync(HttpContext context)
    {
        var request = Interlocked.Increment(ref _requests);
        if (Intercept is { } intercept && await intercept(context, request)) return;
        var name = (string)context.Request.RouteValues["collection"]!;
        if (!_collections.TryGetValue(name, out var collection))
        {
            context.Response.StatusCode = 404;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html><head><title>Error 404 Not Found</title></head><body>Searching for Solr? You must type the correct path.</body></html>");
            return;
        }

        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : null;
        try
        {
            var search = new SolrSearch(collection, parameter => [.. (form?[parameter] ?? default).OfType<string>(), .. context.Request.Query[parameter].OfType<string>()]);
            await SolrAnswerWriter.WriteAsync(context.Response, collection, search.Run());
        }
        catch (SolrBadRequestException exception)
        {
            await SolrAnswerWriter.WriteErrorAsync(context.Response, 400, exception.Message);
        }
    }
}

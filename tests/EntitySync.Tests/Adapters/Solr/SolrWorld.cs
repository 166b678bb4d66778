using System.Collections.Immutable;
using System.Text;
using EntitySync.Adapters.Solr;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;
using EntitySync.Local.Solr;

namespace EntitySync.Tests.Adapters.Solr;

/// <summary>A Solr server on loopback with a collection of items, and the id source over it.</summary>
internal sealed class SolrWorld : IAsyncDisposable
{
    private static readonly SolrIdSourceDefinition Definition =
        new("items", "sku", ImmutableSortedDictionary<string, string>.Empty.Add("deliveryClass", "deliveryClasses"));

    private readonly HttpClient _client = new() { Timeout = Timeout.InfiniteTimeSpan };

    private SolrWorld(SolrServer server, SolrOptions? options)
    {
        Server = server;
        Items = server.Collection("items", "sku", "online", "deliveryClasses");
        Source = new SolrIdSource(new OneClient(_client), (options ?? Fast) with { Url = server.Url.ToString() }, TimeProvider.System);
    }

    /// <summary>Options that do not make a test wait.</summary>
    public static SolrOptions Fast { get; } = new() { RetryDelay = TimeSpan.FromMilliseconds(1), MaximumRetryDelay = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(20) };

    public SolrServer Server { get; }

    public SolrCollection Items { get; }

    public SolrIdSource Source { get; }

    public static async Task<SolrWorld> StartAsync(SolrOptions? options = null) => new(await SolrServer.StartAsync(), options);

    public static IdQuery Query(params string[] filters) => new(Definition, [.. filters]);

    public static IdQuery Related(params string[] keys) => Query() with { Related = new RelatedKeys("deliveryClass", [.. keys]) };

    public void Add(string sku, bool online = true, params string[] classes) => Items.Upsert(sku, Encoding.UTF8.GetBytes(
        System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, object> { ["sku"] = sku, ["online"] = online, ["deliveryClasses"] = classes })));

    public void AddNumbered(int count)
    {
        for (var number = 1; number <= count; number++) Add($"sku-{number:D4}", number % 2 == 0, number % 3 == 0 ? "express" : "standard");
    }

    /// <summary>Pages to the end; ids in the order they came.</summary>
    public async Task<List<string>> ReadAllAsync(IdQuery query, int pageSize = 7, Func<int, Task>? betweenPages = null)
    {
        var ids = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var page = await Source.ReadPageAsync(query, cursor, pageSize, CancellationToken.None);
            ids.AddRange(page.Ids);
            cursor = page.NextCursor;
            if (betweenPages is not null) await betweenPages(++pages);
        }
        while (cursor is not null);
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
    }

    private sealed class OneClient(HttpClient client) : IHttpClientFactory
    {
        // The source disposes what it gets; the pooled handler of a real factory survives that too.
        public HttpClient CreateClient(string name) => new(new Forward(client)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private sealed class Forward(HttpClient client) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content };
            return client.SendAsync(copy, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
    }
}

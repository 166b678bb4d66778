using System.Net;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.JoinHost;

/// <summary>The endpoint on a port of its own; the test is the join thread: it answers while it waits for the response.</summary>
internal sealed class EntityEndpointHost : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly HttpClient _client = new();

    private EntityEndpointHost(WebApplication web, IReadOnlyList<EntityQueries> threads)
    {
        _web = web;
        Threads = threads;
    }

    public IReadOnlyList<EntityQueries> Threads { get; }

    public static async Task<EntityEndpointHost> StartAsync(EntityCatalog catalog, int threads = 1, TimeSpan? timeout = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var web = builder.Build();
        var queries = Enumerable.Range(0, threads).Select(_ => new EntityQueries(NullLogger.Instance)).ToList();
        var topologies = catalog.All.ToDictionary(definition => definition.Entity, definition => JoinTopology.BuildTopology(definition));
        web.MapGet("/entities/{**path}", new EntityEndpoint(catalog, topologies, queries, timeout ?? TimeSpan.FromSeconds(30), TimeProvider.System).HandleAsync);
        await web.StartAsync();
        return new EntityEndpointHost(web, queries);
    }

    public async Task<EndpointResponse> GetAsync(string path, Action? thread = null, string? ifNoneMatch = null)
    {
        var address = _web.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address + path));
        if (ifNoneMatch is not null) request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        var sent = _client.SendAsync(request);
        while (!sent.IsCompleted)
        {
            thread?.Invoke();
            await Task.Yield();
        }

        using var response = await sent;
        return new EndpointResponse(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<EndpointResponse> GetAsync(string path, EntityAnswer answer, string? ifNoneMatch = null) => GetAsync(
        path,
        () =>
        {
            foreach (var thread in Threads) thread.AnswerEach(_ => answer);
        },
        ifNoneMatch);

    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _web.DisposeAsync();
    }
}

internal sealed record EndpointResponse(int Status, string Body, IReadOnlyDictionary<string, string> Headers);

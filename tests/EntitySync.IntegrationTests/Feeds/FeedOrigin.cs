using System.Text;
using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Feeds;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Local.Http;
using EntitySync.Local.Lambda;
using EntitySync.Local.Runner;
using EntitySync.Local.Template;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Feeds;

/// <summary>The deployed function Feed behind the HTTP API of the template, on embedded Kafka and DynamoDB Local, with one feed of one topic.</summary>
internal sealed class FeedOrigin : IAsyncDisposable
{
    private readonly AmazonDynamoDBClient _client;
    private readonly ServiceProvider _services;
    private readonly HttpApiServer _server;
    private readonly FunctionRuntime _functions;
    private readonly KafkaTopicWriter _writer;
    private readonly string _topic;

    private FeedOrigin(AmazonDynamoDBClient client, ServiceProvider services, FunctionRuntime functions, HttpApiServer server, KafkaTopicWriter writer, string topic) =>
        (_client, _services, _functions, _server, _writer, _topic) = (client, services, functions, server, writer, topic);

    /// <summary>Base address of the API.</summary>
    public Uri Api => _server.BaseAddress;

    /// <summary>Address of the feed.</summary>
    public Uri Feed => new(Api, "feeds/shop");

    /// <summary>Requests that came as far as the function.</summary>
    public int Requests => _functions.Invocations["FeedFunction"];

    public static async Task<FeedOrigin> StartAsync(LocalPartsFixture parts, int pageSize)
    {
        var topic = LocalPartsFixture.Unique("shop-events");
        await parts.CreateTopicAsync(topic, 3);
        var client = parts.CreateDynamoDbClient();
        var settings = new EntitySyncSettings { KafkaBootstrapServers = parts.KafkaBootstrapServers, KafkaSecurityProtocol = "plaintext", DynamoDbEndpoint = parts.DynamoDbEndpoint.ToString() };
        var services = new ServiceCollection()
            .AddSingleton(new FeedCatalog([new FeedDefinition("shop", topic, "Events of the shop", pageSize)]))
            .AddSingleton<IFeedPages>(new DynamoDbFeedPages(client, await FeedTables.CreateAsync(client)))
            .AddEntitySync(settings)
            .BuildServiceProvider();
        var template = SamTemplate.Load(Checkout.PathOf("template.yaml"), new Dictionary<string, string>());
        var functions = new FunctionRuntime(template.Functions.Values.Where(function => function.LogicalId == "FeedFunction"), services, TimeProvider.System, NullLoggerFactory.Instance);
        var server = await HttpApiServer.StartAsync(template.Routes.Where(route => route.FunctionId == "FeedFunction"), functions, TimeProvider.System);
        return new FeedOrigin(client, services, functions, server, new KafkaTopicWriter(parts.KafkaConnection, NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System), topic);
    }

    /// <summary>Writes records <c>{"n":from}</c> and following ones; every tenth is a tombstone.</summary>
    public async Task WriteAsync(int from, int count)
    {
        var records = Enumerable.Range(from, count).Select(number => new OutgoingRecord
        {
            Topic = _topic,
            Key = Encoding.UTF8.GetBytes($"key-{number % 7}"),
            Value = OptionalBytes.From(number % 10 == 9 ? null : Encoding.UTF8.GetBytes($$"""{"n":{{number}},"text":"<Ä & \"ö\">"}""")),
        });
        (await _writer.WriteAsync([.. records], CancellationToken.None)).ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _services.DisposeAsync();
        _writer.Dispose();
        _client.Dispose();
    }
}

using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.IntegrationTests;
using EntitySync.Local.DynamoDb;
using EntitySync.Local.Kafka;
using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

[assembly: AssemblyFixture(typeof(LocalPartsFixture))]

namespace EntitySync.IntegrationTests;

/// <summary>
/// One DynamoDB Local and one embedded Kafka cluster for all integration tests. A class takes it as a constructor parameter. Tables and topics
/// are shared: use <see cref="Unique"/> names. <c>DYNAMODB_ENDPOINT</c> and <c>KAFKA_BOOTSTRAP_SERVERS</c> put real ones in their place.
/// </summary>
public sealed class LocalPartsFixture : IAsyncLifetime
{
    private EmbeddedKafka? _kafka;
    private DynamoDbLocalServer? _dynamoDb;
    private RunGuard? _run;

    /// <summary>The run whose guard ends children that tests start.</summary>
    public RunGuard Run => _run!;

    public string KafkaBootstrapServers { get; private set; } = "";

    public Uri DynamoDbEndpoint => _dynamoDb!.Endpoint;

    /// <returns>A name no other test uses, fit for topics, tables and groups.</returns>
    public static string Unique(string name) => $"{name}-{Guid.NewGuid().ToString("N")[..8]}";

    public async ValueTask InitializeAsync()
    {
        await LocalSetup.EnsureAsync(Console.Error.WriteLine, CancellationToken.None);
        _run = await RunGuard.StartAsync();
        _dynamoDb = await DynamoDbLocalServer.StartAsync(_run);
        KafkaBootstrapServers = Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") is { Length: > 0 } real
            ? real
            : (_kafka = new EmbeddedKafka()).BootstrapServers;
    }

    public KafkaConnection KafkaConnection => new(new EntitySyncSettings { KafkaBootstrapServers = KafkaBootstrapServers, KafkaSecurityProtocol = "plaintext" });

    /// <summary>Creates the topic; nothing happens when it exists.</summary>
    public Task CreateTopicAsync(string topic, int partitions = 3)
    {
        if (_kafka is null) return CreateRealTopicAsync(topic, partitions);
        _kafka.CreateTopic(topic, partitions);
        return Task.CompletedTask;
    }

    public AmazonDynamoDBClient CreateDynamoDbClient() =>
        new(new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = DynamoDbEndpoint.ToString(), AuthenticationRegion = "us-east-1" });

    public async ValueTask DisposeAsync()
    {
        _kafka?.Dispose();
        if (_dynamoDb is not null) await _dynamoDb.DisposeAsync();
        if (_run is not null) await _run.DisposeAsync();
    }

    private async Task CreateRealTopicAsync(string topic, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = KafkaBootstrapServers }).Build();
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }]);
        }
        catch (CreateTopicsException exception) when (exception.Results.All(result => result.Error.Code is ErrorCode.TopicAlreadyExists or ErrorCode.NoError))
        {
            return;
        }
    }
}

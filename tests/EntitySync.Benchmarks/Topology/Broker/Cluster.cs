using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Local.Kafka;
using EntitySync.Local.Setup;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>The broker that is measured on. Topics have names of their own and are deleted at the end, consumer groups too.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const int Partitions = 8;

    /// <summary>Stands for the mock cluster in place of a host and port.</summary>
    public const string Embedded = "embedded";

    /// <summary>For all consumers on the mock cluster, which answers a fetch that found nothing no sooner, whatever has come meanwhile.</summary>
    public static readonly TimeSpan EmbeddedFetchWait = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly EmbeddedKafka? _embedded;
    private readonly List<string> _topics = [];
    private readonly List<string> _groups = [];

    private Cluster(EmbeddedKafka? embedded, EntitySyncSettings settings)
    {
        _embedded = embedded;
        Settings = settings;
        Connection = new KafkaConnection(settings);
    }

    public EntitySyncSettings Settings { get; }

    public KafkaConnection Connection { get; }

    /// <summary>True for the mock cluster, which keeps little of a partition and is no measure of a broker.</summary>
    public bool IsEmbedded => _embedded is not null;

    /// <summary>First part of every topic's and group's name.</summary>
    public string Prefix { get; } = $"entitysync-benchmark-{Guid.NewGuid().ToString("N")[..8]}";

    /// <exception cref="BenchmarkException">No broker answers there.</exception>
    public static async Task<Cluster> OpenAsync(string bootstrap, Action<string> progress, CancellationToken cancellationToken)
    {
        await LocalSetup.EnsureAsync(progress, cancellationToken);
        var embedded = bootstrap == Embedded ? new EmbeddedKafka(brokers: 1) : null;
        var settings = EntitySyncSettings.FromEnvironment() with { KafkaBootstrapServers = embedded?.BootstrapServers ?? bootstrap, JoinHttpPort = 0, JoinThreads = 2 };
        if (embedded is not null) settings = settings with { KafkaAuthentication = KafkaAuthentication.None, KafkaSecretArn = null, KafkaCaSecretArn = null, KafkaSecurityProtocol = "plaintext" };
        else if (settings is { KafkaAuthentication: KafkaAuthentication.None, KafkaCaSecretArn: null, KafkaSecurityProtocol: null }) settings = settings with { KafkaSecurityProtocol = "plaintext" };
        var cluster = new Cluster(embedded, settings);
        try
        {
            using var admin = cluster.Admin();
            var found = await Task.Run(() => admin.GetMetadata(AnswerTimeout), cancellationToken);
            progress(embedded is null
                ? $"{found.Brokers.Count} broker(s) at {bootstrap}; topics are named {cluster.Prefix}-..."
                : "the embedded mock cluster, which shares this process and its cores: these figures say nothing about a broker");
            return cluster;
        }
        catch (KafkaException failure)
        {
            throw new BenchmarkException(
                $"No broker answers at {bootstrap} ({failure.Error.Reason}). Start it, check host and port and KAFKA_SECURITY_PROTOCOL ({settings.KafkaSecurityProtocol ?? "not set"}), KAFKA_AUTHENTICATION ({settings.KafkaAuthentication.ToString().ToLowerInvariant()}), or use --bootstrap embedded.", failure);
        }
    }

    public async Task CreateTopicsAsync(IReadOnlyCollection<(string Name, bool IsCompacted)> topics, CancellationToken cancellationToken)
    {
        if (_embedded is not null)
        {
            foreach (var (name, _) in topics) _embedded.CreateTopic(name, Partitions);
            return;
        }

        _topics.AddRange(topics.Select(topic => topic.Name));
        using var admin = Admin();
        try
        {
            await admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification
            {
                Name = topic.Name,
                NumPartitions = Partitions,
                ReplicationFactor = -1,
                Configs = new() { ["cleanup.policy"] = topic.IsCompacted ? "compact" : "delete" },
            })).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException failure)
        {
            throw new BenchmarkException($"Topics could not be created: {failure.Message}. The benchmark needs permission to create and delete topics named {Prefix}-*.", failure);
        }
    }

    /// <summary>A group id, deleted at the end.</summary>
    public string NewGroup(string name)
    {
        _groups.Add($"{Prefix}-{name}");
        return _groups[^1];
    }

    public async ValueTask DisposeAsync()
    {
        if (_embedded is null && _topics.Count > 0) await DeleteAsync();
        _embedded?.Dispose();
    }

    private async Task DeleteAsync()
    {
        using var admin = Admin();
        try
        {
            await admin.DeleteTopicsAsync(_topics);
            if (_groups.Count > 0) await admin.DeleteGroupsAsync(_groups);
        }
        catch (DeleteGroupsException)
        {
            // A group that never committed does not exist; one whose members have just left expires by itself.
        }
        catch (KafkaException failure)
        {
            await Console.Error.WriteLineAsync($"Topics named {Prefix}-* could not be deleted, please do so: {failure.Message}");
        }
    }

    private IAdminClient Admin() => new AdminClientBuilder(KafkaClientConfig.Admin(Connection)).SetLogHandler((_, _) => { }).Build(Connection, _ => { });
}

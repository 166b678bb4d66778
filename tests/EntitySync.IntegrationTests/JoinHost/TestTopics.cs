using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Local.Kafka;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>The topics of one test, on a cluster of its own inside this process or on the one of <c>KAFKA_BOOTSTRAP_SERVERS</c>, where they are deleted at the end.</summary>
public sealed class TestTopics : IAsyncDisposable
{
    private readonly EmbeddedKafka? _embedded;
    private readonly IAdminClient? _admin;
    private readonly List<string> _created = [];

    public TestTopics()
    {
        if (RealServers is { } real)
        {
            NativeKafka.Load();
            BootstrapServers = real;
            Prefix = $"t{Guid.NewGuid().ToString("N")[..8]}-";
            _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = real }).Build();
        }
        else
        {
            _embedded = new EmbeddedKafka();
            BootstrapServers = _embedded.BootstrapServers;
        }
    }

    public static string? RealServers => Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS") is { Length: > 0 } servers ? servers : null;

    public bool IsReal => _embedded is null;

    public string BootstrapServers { get; }

    /// <summary>Before every topic and entity name; empty on the embedded cluster.</summary>
    public string Prefix { get; } = "";

    public EmbeddedKafka Embedded
    {
        get
        {
            if (_embedded is null) Assert.Skip("This test injects errors into the embedded cluster; a real one is given.");
            return _embedded!;
        }
    }

    public void Create(string topic, int partitions, bool isCompacted)
    {
        if (_admin is null)
        {
            Embedded.CreateTopic(topic, partitions);
            return;
        }

        var configuration = isCompacted ? new Dictionary<string, string> { ["cleanup.policy"] = "compact" } : [];
        _admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1, Configs = configuration }]).GetAwaiter().GetResult();
        _created.Add(topic);
    }

    public async ValueTask DisposeAsync()
    {
        _embedded?.Dispose();
        if (_admin is null) return;
        if (_created.Count > 0) await _admin.DeleteTopicsAsync(_created);
        _admin.Dispose();
    }
}

using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.JoinHost;
using EntitySync.Local.Kafka;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;
using RecordingLogger = EntitySync.Testing.RecordingLogger;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>An embedded cluster with the topics of <c>item</c>, hosts on it, a producer that feeds it and a reader of everything it wrote.</summary>
public sealed class JoinCluster : IAsyncDisposable
{
    public const string Message = """{"replayId":"r1","causes":[]}""";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly List<JoinHostApplication> _hosts = [];
    private readonly IProducer<string?, byte[]?> _producer;

    public JoinCluster(int partitions = 4, bool createTopics = true)
    {
        Partitions = partitions;
        Kafka = new EmbeddedKafka();
        Settings = new EntitySyncSettings
        {
            KafkaBootstrapServers = Kafka.BootstrapServers, KafkaSecurityProtocol = "plaintext", JoinHttpPort = 0, JoinGroupId = "join-" + Guid.NewGuid().ToString("N"),
            JoinProcessingGuarantee = Environment.GetEnvironmentVariable("TESTG") == "alo" ? ProcessingGuarantee.AtLeastOnce : ProcessingGuarantee.ExactlyOnce,
        };
        if (createTopics) CreateTopics(Topics);
        var config = KafkaClientConfig.Producer(Settings, TimeSpan.FromSeconds(30));
        config.MessageMaxBytes = 2 * KafkaClientConfig.MaxMessageBytes; // so that it can send what the host may not
        _producer = new ProducerBuilder<string?, byte[]?>(config).Build();
    }

    public static string[] Topics => ["items", "item-replay", "item-updates", "item-dead-letters"];

    public int Partitions { get; }

    public EmbeddedKafka Kafka { get; }

    public EntitySyncSettings Settings { get; set; }

    public JoinHostOptions Options { get; set; } = new()
    {
        ListenAddress = System.Net.IPAddress.Loopback,
        DeliveryTimeout = TimeSpan.FromSeconds(5),
        FirstBackoff = TimeSpan.FromMilliseconds(100),
        LongestBackoff = TimeSpan.FromSeconds(1),
        SessionTimeout = TimeSpan.FromSeconds(4), // the embedded cluster waits for it, less a second, whenever a member has left
    };

    public RecordingLogger Log { get; } = new();

    public void CreateTopics(IEnumerable<string> topics)
    {
        foreach (var topic in topics) Kafka.CreateTopic(topic, Partitions);
    }

    public async Task<JoinHostApplication> StartHostAsync(int threads = 1)
    {
        var host = JoinHostApplication.Build(
            Settings with { JoinThreads = threads }, new EntityCatalog([SampleDefinitions.Item()]), logging => logging.AddProvider(new LogTo(Log)), Options);
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public Task<JoinHostApplication> StartReadyHostAsync(int threads = 1) => StartHostAsync(threads).ContinueWith(
        async started =>
        {
            var host = await started;
            await UntilAsync(() => host.Status.IsReady && host.Status.Threads.All(thread => thread.Tasks.Count == Partitions / threads), "host is ready with all partitions");
            return host;
        },
        TaskScheduler.Default).Unwrap();

    public void Item(string sku, int version, int padding = 0) =>
        Produce("items", sku, $$"""{"sku":"{{sku}}","v":{{version}}{{(padding > 0 ? $",\"p\":\"{new string('p', padding)}\"" : "")}}}""");

    public void Replay(string sku) => Produce("item-replay", sku, Message);

    public void Produce(string topic, string? key, string? value)
    {
        var message = new Message<string?, byte[]?> { Key = key, Value = value is null ? null : Encoding.UTF8.GetBytes(value) };
        _producer.Produce(topic, message, report =>
        {
            if (report.Error.IsError) Log.Log(LogLevel.Error, default, report.Error, null, (error, _) => $"TEST PRODUCER: {error}");
        });
    }

    public void FlushProducer() => _producer.Flush(Deadline);

    /// <summary>Reads a topic from its beginning to its end as of now.</summary>
    public List<Output> ReadAll(string topic = "item-updates")
    {
        var config = KafkaClientConfig.Consumer(Settings, "reader-" + Guid.NewGuid().ToString("N"));
        config.EnablePartitionEof = true;
        config.FetchWaitMaxMs = 20;
        using var reader = new ConsumerBuilder<string?, byte[]?>(config).Build();
        reader.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var outputs = new List<Output>();
        for (var ends = 0; ends < Partitions;)
        {
            var result = reader.Consume(Deadline) ?? throw new TimeoutException($"{topic} does not end.");
            if (result.IsPartitionEOF) ends++;
            else outputs.Add(new Output(result.Partition.Value, result.Message.Key, Text(result.Message.Value), result.Message.Headers.ToDictionary(header => header.Key, header => Text(header.GetValueBytes())!)));
        }

        return outputs;
    }

    public async Task<List<Output>> ReadUntilAsync(Func<List<Output>, bool> isEnough, string topic = "item-updates")
    {
        List<Output> outputs = [];
        await UntilAsync(() => isEnough(outputs = ReadAll(topic)), $"{topic} has what is expected", () => $"{outputs.Count} records: {string.Join(" | ", outputs.TakeLast(5).Select(output => output.Key))}");
        return outputs;
    }

    public async Task UntilAsync(Func<bool> condition, string what, Func<string>? detail = null)
    {
        var started = Stopwatch.StartNew();
        while (!condition())
        {
            if (started.Elapsed > Deadline) throw new TimeoutException($"Waited in vain until {what}. {detail?.Invoke()}\n{string.Join('\n', Log.Lines.TakeLast(40))}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Log.Lines.ShouldNotContain(line => line.Contains("Unexpected failure"));
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }

        _producer.Dispose();
        Kafka.Dispose();
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    public sealed record Output(int Partition, string? Key, string? Value, IReadOnlyDictionary<string, string> Headers);

    private sealed class LogTo(ILogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
        }
    }
}

using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.Local.Kafka;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;
using RecordingLogger = EntitySync.Testing.RecordingLogger;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>
/// A cluster with the topics of <c>item</c>, hosts on it, a producer that feeds it and a reader of everything it wrote. The cluster is an embedded one, or the
/// one of <c>KAFKA_BOOTSTRAP_SERVERS</c>: there all names have a prefix of their own, hosts work exactly-once, and tests that steer the cluster are skipped.
/// </summary>
public sealed class JoinCluster : IAsyncDisposable
{
    public const string Message = """{"replayId":"r1","causes":[]}""";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly List<JoinHostApplication> _hosts = [];
    private readonly TestTopics _topics = new();
    private readonly Dictionary<string, int> _created = new(StringComparer.Ordinal);
    private readonly IProducer<string?, byte[]?> _producer;

    /// <param name="partitions">Partitions of each topic.</param>
    /// <param name="createTopics">False: the test makes them itself.</param>
    /// <param name="guarantee">
    /// Default: exactly-once on a real cluster; at-least-once on the embedded one, whose transactions commit no positions.
    /// </param>
    public JoinCluster(int partitions = 4, bool createTopics = true, ProcessingGuarantee? guarantee = null)
    {
        Partitions = partitions;
        Settings = new EntitySyncSettings
        {
            KafkaBootstrapServers = _topics.BootstrapServers,
            KafkaSecurityProtocol = "plaintext",
            JoinHttpPort = 0,
            JoinGroupId = "join-" + Guid.NewGuid().ToString("N"),
            JoinProcessingGuarantee = guarantee ?? (_topics.IsReal ? ProcessingGuarantee.ExactlyOnce : ProcessingGuarantee.AtLeastOnce),
        };
        Definition = SampleDefinitions.Item() with { Entity = Topic("item"), Root = SampleDefinitions.Item().Root with { Topic = Topic("items") } };
        Options = Options with { ChecksTopicSettings = _topics.IsReal }; // the embedded cluster lets such a request wait for its timeout
        if (createTopics) CreateTopics(Topics);
        var config = KafkaClientConfig.Producer(new KafkaConnection(Settings), TimeSpan.FromSeconds(30));
        config.MessageMaxBytes = 2 * KafkaClientConfig.MaxMessageBytes; // so that it can send what the host may not
        _producer = new ProducerBuilder<string?, byte[]?>(config).Build();
    }

    public static string[] Topics => ["items", "item-replay", "item-updates", "item-dead-letters"];

    public int Partitions { get; }

    /// <summary>The embedded cluster; the test is skipped where there is none.</summary>
    public EmbeddedKafka Kafka => _topics.Embedded;

    /// <summary>True where readers of committed records see each emission once.</summary>
    public bool IsExactlyOnce => _topics.IsReal && Settings.JoinProcessingGuarantee == ProcessingGuarantee.ExactlyOnce;

    /// <summary>What the hosts join.</summary>
    public EntityDefinition Definition { get; set; }

    /// <summary>What they join beside it.</summary>
    public IReadOnlyList<EntityDefinition> Others { get; set; } = [];

    public string Entity => Definition.Entity;

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

    public string Topic(string name) => _topics.Prefix + name;

    public void CreateTopics(IEnumerable<string> topics)
    {
        foreach (var topic in topics) CreateTopic(topic, Partitions);
    }

    /// <summary>Joins <c>item</c> by another strategy from now on; makes the topics that this takes.</summary>
    public void Use(Strategy strategy)
    {
        var relation = Definition.Relations.Single() with { Strategy = strategy, From = Topic("delivery-classes") };
        Definition = Definition with { Relations = [relation], Output = new OutputDefinition(Topic("items-merged")) };
        var topology = JoinTopology.BuildTopology(Definition);
        var compacted = topology.SubTopologies.SelectMany(part => part.Sources).Where(source => source.RestoresState).Select(source => source.Topic).ToHashSet();
        foreach (var topic in topology.Topics) _topics.Create(topic, Partitions, compacted.Contains(topic));
    }

    /// <summary>Joins other entities from now on; makes the topics that this takes.</summary>
    /// <param name="yaml">Definitions. <c>~</c> in them stands for the prefix of all names.</param>
    /// <param name="partitions">Partitions of the topics that others write; all else follows from these.</param>
    public void Use(IReadOnlyList<string> yaml, params (string Topic, int Partitions)[] partitions)
    {
        var definitions = yaml.Select(text => DefinitionLoader.LoadText(text.Replace("~", _topics.Prefix, StringComparison.Ordinal), "test.yaml")).ToList();
        definitions.SelectMany(result => result.Problems).ShouldBeEmpty();
        Definition = definitions[0].Definitions[0];
        Others = [.. definitions.Skip(1).Select(result => result.Definitions[0])];
        var counts = partitions.ToDictionary(entry => Topic(entry.Topic), entry => entry.Partitions, StringComparer.Ordinal);
        foreach (var topology in Others.Prepend(Definition).Select(definition => JoinTopology.BuildTopology(definition)))
        {
            foreach (var topic in topology.InternalTopics) counts[topic.Name] = counts[topology.PartitionedLike(topic.Name)];
            var compacted = topology.SubTopologies.SelectMany(part => part.Sources).Where(source => source.RestoresState).Select(source => source.Topic).ToHashSet();
            foreach (var topic in topology.Topics) Create(topic, counts.TryGetValue(topic, out var count) ? count : counts[topology.Definition.Root.Topic], compacted.Contains(topic));
        }
    }

    public void CreateTopic(string topic, int partitions, bool isCompacted = true) =>
        _topics.Create(Topic(topic), partitions, isCompacted && topic != "item-replay");

    public async Task<JoinHostApplication> StartHostAsync(int threads = 1)
    {
        var host = JoinHostApplication.Build(
            Settings with { JoinThreads = threads }, new EntityCatalog(Others.Prepend(Definition)), logging => logging.AddProvider(new LogTo(Log)), Options);
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

    private void Create(string topic, int partitions, bool isCompacted)
    {
        if (_created.TryAdd(topic, partitions)) _topics.Create(topic, partitions, isCompacted);
    }

    public void Item(string sku, int version, int padding = 0) =>
        Produce("items", sku, $$"""{"sku":"{{sku}}","v":{{version}}{{(padding > 0 ? $",\"p\":\"{new string('p', padding)}\"" : "")}}}""");

    public void Replay(string sku) => Produce("item-replay", sku, Message);

    public void Produce(string topic, string? key, string? value)
    {
        var message = new Message<string?, byte[]?> { Key = key, Value = value is null ? null : Encoding.UTF8.GetBytes(value) };
        _producer.Produce(Topic(topic), message, report =>
        {
            if (report.Error.IsError) Log.Log(LogLevel.Error, default, report.Error, null, (error, _) => $"TEST PRODUCER: {error}");
        });
    }

    public void FlushProducer() => _producer.Flush(Deadline);

    /// <summary>Reads a topic from its beginning to its end as of now.</summary>
    public List<Output> ReadAll(string topic = "item-updates")
    {
        var config = KafkaClientConfig.Consumer(new KafkaConnection(Settings), "reader-" + Guid.NewGuid().ToString("N"));
        config.EnablePartitionEof = true;
        config.FetchWaitMaxMs = 20;
        using var reader = new ConsumerBuilder<string?, byte[]?>(config).Build();
        var partitions = _created.GetValueOrDefault(Topic(topic), Partitions);
        reader.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(Topic(topic), partition, Offset.Beginning)));
        var outputs = new List<Output>();
        for (var ends = 0; ends < partitions;)
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
        await _topics.DisposeAsync();
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

using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>The container with its two threads, joining items with their classes by a broadcast relation.</summary>
internal sealed class TopologyContender : BrokerContender
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskedEvery = TimeSpan.FromMilliseconds(100);

    private readonly EntityDefinition _definition;
    private readonly string _guarantee;
    private JoinHostApplication? _host;

    /// <param name="cluster">Where it runs.</param>
    /// <param name="guarantee">As <c>JOIN_PROCESSING_GUARANTEE</c> takes it.</param>
    public TopologyContender(Cluster cluster, string guarantee)
        : base(cluster, "topology, " + guarantee, guarantee)
    {
        _guarantee = guarantee;
        var item = SampleDefinitions.Item(strategy: Strategy.Broadcast);
        _definition = item with
        {
            Entity = $"{cluster.Prefix}-{guarantee}-item",
            Root = item.Root with { Topic = Items },
            Relations = [item.Relations[0] with { From = Classes }],
            Output = new OutputDefinition(Output),
        };
    }

    public override string Classes => $"{Cluster.Prefix}-{_guarantee}-delivery-classes";

    public override string? Failure => _host?.Status.Threads.FirstOrDefault(thread => thread.State is "waiting" or "stopped") is { } thread
        ? $"{Name}: thread {thread.Thread} is {thread.State}: {thread.Reason}"
        : null;

    public override Task CreateTopicsAsync(CancellationToken cancellationToken)
    {
        var topology = JoinTopology.BuildTopology(_definition);
        var compacted = topology.InternalTopics.Where(topic => topic.IsCompacted).Select(topic => topic.Name).Append(Items).Append(Classes).ToHashSet(StringComparer.Ordinal);
        return Cluster.CreateTopicsAsync([.. topology.Topics.Select(topic => (topic, compacted.Contains(topic)))], cancellationToken);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var fromGuarantee = EntitySyncSettings.From(name => name == "JOIN_PROCESSING_GUARANTEE" ? _guarantee : Environment.GetEnvironmentVariable(name));
        var settings = fromGuarantee with
        {
            KafkaBootstrapServers = Cluster.Settings.KafkaBootstrapServers,
            KafkaSecurityProtocol = Cluster.Settings.KafkaSecurityProtocol,
            KafkaAuthentication = Cluster.Settings.KafkaAuthentication,
            KafkaSecretArn = Cluster.Settings.KafkaSecretArn,
            KafkaCaSecretArn = Cluster.Settings.KafkaCaSecretArn,
            JoinHttpPort = 0,
            JoinThreads = Cluster.Settings.JoinThreads,
            JoinGroupId = Cluster.NewGroup(_guarantee),
        };
        var options = new JoinHostOptions { ListenAddress = System.Net.IPAddress.Loopback };
        if (Cluster.IsEmbedded)
        {
            // It waits for the session's time whenever a member has left, and for the fetch's whatever comes meanwhile.
            options = options with { SessionTimeout = TimeSpan.FromSeconds(4), FetchWait = Cluster.EmbeddedFetchWait, ChecksTopicSettings = false };
        }

        _host = JoinHostApplication.Build(settings, new EntityCatalog([_definition]), logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning), options);
        await _host.StartAsync(cancellationToken);
        using var timer = new PeriodicTimer(AskedEvery);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(StartTimeout);
        try
        {
            while (!IsReady(_host.Status)) await timer.WaitForNextTickAsync(late.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchmarkException($"{Name} was not ready in {StartTimeout.TotalSeconds:0} s. {string.Join("; ", _host.Status.Threads.Select(thread => $"Thread {thread.Thread}: {thread.State} {thread.Reason}"))}");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_host is null) return;
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    private static bool IsReady(JoinHostStatus status) => status.IsReady && status.Threads.Sum(thread => thread.Tasks.Count) == Cluster.Partitions;
}

using System.Collections.Concurrent;
using Confluent.Kafka;

namespace EntitySync.Local.Kafka;

/// <summary>
/// A Kafka cluster inside this process: librdkafka's mock cluster. Real protocol over loopback; no CreateTopics over the protocol, no fencing,
/// no election when a broker goes down, 5 MiB or 100,000 records kept a partition.
/// </summary>
public sealed class EmbeddedKafka : IDisposable
{
    /// <summary>Bytes the mock cluster keeps of a partition before it drops the oldest.</summary>
    public const long BytesKeptPerPartition = 5 * 1024 * 1024;

    private readonly MockClusterApi _api;
    private readonly nint _instance;
    private readonly nint _cluster;
    private readonly ConcurrentDictionary<string, int> _topics = new(StringComparer.Ordinal);
    private readonly Lock _creating = new();
    private bool _disposed;

    public EmbeddedKafka(int brokers = 3)
    {
        Brokers = brokers;
        _api = new MockClusterApi(NativeKafka.Load());
        _instance = _api.NewInstance();
        _cluster = _api.NewCluster(_instance, brokers);
        _api.SetInitialRebalanceDelay(_cluster, 0);
        BootstrapServers = _api.BootstrapServers(_cluster);
    }

    public int Brokers { get; }

    public string BootstrapServers { get; }

    /// <summary>Topics made so far and their partition counts.</summary>
    public IReadOnlyDictionary<string, int> Topics => _topics;

    /// <summary>Creates the topic; nothing happens when it exists already.</summary>
    /// <exception cref="ArgumentException">It exists with another number of partitions.</exception>
    public void CreateTopic(string topic, int partitions)
    {
        lock (_creating)
        {
            if (!_topics.TryGetValue(topic, out var present))
            {
                _api.CreateTopic(_cluster, topic, partitions, Math.Min(3, Brokers));
                _topics[topic] = partitions;
            }
            else if (present != partitions)
            {
                throw new ArgumentException($"Topic {topic} has {present} partitions, not {partitions}.", nameof(partitions));
            }
        }
    }

    /// <summary>The next requests of kind <paramref name="apiKey"/> (Kafka protocol number, 0 = Produce) get these errors, one each.</summary>
    public void PushRequestErrors(short apiKey, params ReadOnlySpan<ErrorCode> errors)
    {
        Span<int> codes = stackalloc int[errors.Length];
        for (var i = 0; i < errors.Length; i++) codes[i] = (int)errors[i];
        _api.PushRequestErrors(_cluster, apiKey, codes);
    }

    /// <summary>Cuts the connections of broker 1..N and refuses new ones.</summary>
    public void SetBrokerDown(int broker) => _api.SetBrokerDown(_cluster, broker);

    public void SetBrokerUp(int broker) => _api.SetBrokerUp(_cluster, broker);

    public void SetRoundTrip(int broker, TimeSpan roundTrip) => _api.SetRoundTrip(_cluster, broker, (int)roundTrip.TotalMilliseconds);

    public void SetPartitionLeader(string topic, int partition, int broker) => _api.SetLeader(_cluster, topic, partition, broker);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _api.DestroyCluster(_cluster);
        _api.DestroyInstance(_instance);
    }
}

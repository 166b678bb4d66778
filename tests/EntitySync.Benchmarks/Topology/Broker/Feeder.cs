using Confluent.Kafka;
using EntitySync.Adapters.Kafka;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>Writes what others outside of EntitySync write: items, classes.</summary>
internal sealed class Feeder : IDisposable
{
    private static readonly TimeSpan FullQueuePause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(60);

    private readonly IProducer<byte[], byte[]> _producer;

    public Feeder(Cluster cluster)
    {
        var config = KafkaClientConfig.Producer(cluster.Connection, TimeSpan.FromSeconds(60));
        config.QueueBufferingMaxMessages = 1_000_000;
        _producer = new ProducerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).Build(cluster.Connection, _ => { });
    }

    public void Feed(string topic, ReadOnlySpan<Message<byte[], byte[]>> records)
    {
        foreach (var record in records)
        {
            while (!TryProduce(topic, record)) _producer.Poll(FullQueuePause);
        }

        // A flush also ends the linger time: what was fed is on its way now.
        if (_producer.Flush(FlushTimeout) > 0) throw new BenchmarkException($"The broker did not take the records for {topic} within {FlushTimeout.TotalSeconds:0} s.");
    }

    public void Dispose() => _producer.Dispose();

    private bool TryProduce(string topic, Message<byte[], byte[]> record)
    {
        try
        {
            _producer.Produce(topic, record);
            return true;
        }
        catch (ProduceException<byte[], byte[]> failure) when (failure.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }
}

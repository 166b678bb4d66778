using System.Diagnostics;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.JoinHost;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>One thread of <see cref="CopyContender"/>.</summary>
internal sealed class CopyLoop : IDisposable
{
    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(30);
    private static readonly JoinHostOptions Container = new();

    private readonly string _input;
    private readonly string _output;
    private readonly bool _isTransactional;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly IProducer<byte[], byte[]> _producer;
    private readonly Dictionary<Partition, TopicPartitionOffset> _next = [];
    private int _sinceCommit;
    private long _lastCommit = Stopwatch.GetTimestamp();

    /// <param name="cluster">Where it runs.</param>
    /// <param name="group">Whose positions it commits.</param>
    /// <param name="transactionalId">Null for a copy without transactions.</param>
    /// <param name="input">Topic it reads from.</param>
    /// <param name="output">Topic it writes to.</param>
    public CopyLoop(Cluster cluster, string group, string? transactionalId, string input, string output)
    {
        _input = input;
        _output = output;
        _isTransactional = transactionalId is not null;
        var consumer = KafkaClientConfig.Consumer(cluster.Connection, group);
        consumer.ConsumeResultFields = "none";
        if (cluster.IsEmbedded) consumer.FetchWaitMaxMs = (int)Cluster.EmbeddedFetchWait.TotalMilliseconds;
        consumer.EnableAutoCommit = consumer.EnableAutoOffsetStore = !_isTransactional;
        _consumer = new ConsumerBuilder<byte[], byte[]>(consumer).SetLogHandler((_, _) => { }).Build(cluster.Connection, _ => { });
        var producer = KafkaClientConfig.Producer(cluster.Connection, TimeSpan.FromSeconds(60));
        producer.QueueBufferingMaxMessages = 1_000_000;
        producer.TransactionalId = transactionalId;
        _producer = new ProducerBuilder<byte[], byte[]>(producer).SetLogHandler((_, _) => { }).Build(cluster.Connection, _ => { });
        if (_isTransactional) _producer.InitTransactions(TransactionTimeout);
    }

    public void Assign(IEnumerable<int> partitions) => _consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(_input, partition, Offset.Beginning)));

    public void Step()
    {
        if (_consumer.Consume(IdleWait) is { } result) Copy(result);
        if (!_isTransactional || _sinceCommit == 0) return;
        if (_sinceCommit >= Container.CommitRecords || Stopwatch.GetElapsedTime(_lastCommit) >= Container.CommitInterval) Commit();
    }

    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
        _producer.Dispose();
    }

    private void Copy(ConsumeResult<byte[], byte[]> result)
    {
        if (_isTransactional && _sinceCommit++ == 0)
        {
            _producer.BeginTransaction();
            _lastCommit = Stopwatch.GetTimestamp();
        }

        if (_isTransactional) _next[result.Partition] = new TopicPartitionOffset(_input, result.Partition, result.Offset + 1);
        while (!TryProduce(result)) _producer.Poll(IdleWait);
    }

    private bool TryProduce(ConsumeResult<byte[], byte[]> result)
    {
        try
        {
            _producer.Produce(new TopicPartition(_output, result.Partition), result.Message);
            return true;
        }
        catch (ProduceException<byte[], byte[]> failure) when (failure.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private void Commit()
    {
        _producer.SendOffsetsToTransaction(_next.Values, _consumer.ConsumerGroupMetadata, TransactionTimeout);
        _producer.CommitTransaction(TransactionTimeout);
        _next.Clear();
        _sinceCommit = 0;
    }
}

using Confluent.Kafka;

namespace EntitySync.Adapters.Kafka;

/// <summary>Client settings that every Kafka client of the product shares.</summary>
public static class KafkaClientConfig
{
    /// <summary>Largest record a client sends; a topic may allow less.</summary>
    public const int MaxMessageBytes = 8 * 1024 * 1024;

    private const int MaxQueuedKilobytes = 128 * 1024;

    /// <summary>
    /// Idempotent, acknowledged by all in-sync replicas, partitioned as Java clients do.
    /// Idempotence gives each record of a partition a sequence number, so that retries with several requests in flight keep the order.
    /// </summary>
    /// <param name="connection">Servers, protocol, credentials.</param>
    /// <param name="deliveryTimeout">How long a record is retried before its delivery counts as failed.</param>
    public static ProducerConfig Producer(KafkaConnection connection, TimeSpan deliveryTimeout) => new(Common(connection))
    {
        Acks = Acks.All,
        EnableIdempotence = true,
        Partitioner = Partitioner.Murmur2Random,
        LingerMs = 5,
        CompressionType = CompressionType.Lz4,
        MessageMaxBytes = MaxMessageBytes,
        MessageTimeoutMs = (int)deliveryTimeout.TotalMilliseconds,
        QueueBufferingMaxKbytes = MaxQueuedKilobytes,
    };

    /// <summary>
    /// A producer of transactions. A short timeout bounds how long the open transaction of a container that is gone holds up readers of committed
    /// records; deliveries are bounded by it too.
    /// </summary>
    /// <param name="connection">Servers, protocol, credentials.</param>
    /// <param name="transactionalId">Unique among living producers; a new one with the same id fences the one before.</param>
    /// <param name="timeout">How long a transaction may take.</param>
    public static ProducerConfig TransactionalProducer(KafkaConnection connection, string transactionalId, TimeSpan timeout)
    {
        var config = Producer(connection, timeout);
        config.TransactionalId = transactionalId;
        config.TransactionTimeoutMs = (int)timeout.TotalMilliseconds;
        config.SocketTimeoutMs = Math.Max(1_000, config.TransactionTimeoutMs.Value - 1_000); // the client wants it below the transaction's
        return config;
    }

    /// <summary>Reads committed records from the earliest one unless the group has a position; commits only when told.</summary>
    public static ConsumerConfig Consumer(KafkaConnection connection, string groupId) => new(Common(connection))
    {
        GroupId = groupId,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        IsolationLevel = IsolationLevel.ReadCommitted,
        AllowAutoCreateTopics = false,
        FetchQueueBackoffMs = 20,
    };

    public static AdminClientConfig Admin(KafkaConnection connection) => new(Common(connection));

    private static ClientConfig Common(KafkaConnection connection)
    {
        var config = new ClientConfig
        {
            ClientId = "entitysync",
            SocketKeepaliveEnable = true,
            LogConnectionClose = false,
            ReconnectBackoffMs = 100,
            ReconnectBackoffMaxMs = 5_000,
            StatisticsIntervalMs = 0,
        };
        connection.Configure(config);
        return config;
    }
}

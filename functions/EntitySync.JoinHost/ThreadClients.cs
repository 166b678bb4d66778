using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.JoinHost.Logging;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>Makes the Kafka clients of one thread.</summary>
internal sealed class ThreadClients(EntitySyncSettings settings, KafkaConnection connection, JoinHostOptions options, string transactionalId, ILogger logger, Action<string> onTrouble, TimeProvider time)
{
    private const int RestoreFetchBytes = 64 * 1024 * 1024;
    private const int RestoreFetchWaitMs = 50; // the end is wanted soon, not the next record

    private readonly RepeatedErrors _repeated = new(time);

    public bool IsTransactional => settings.JoinProcessingGuarantee == ProcessingGuarantee.ExactlyOnce;

    /// <summary>Changes when clients must be made anew, since certificates have been renewed.</summary>
    public int Generation => connection.Generation;

    /// <summary>True when a table's topic may be one that is not compacted.</summary>
    public bool AllowsUncompacted => settings.JoinAllowUncompacted;

    /// <summary>Member of the group; owns lead partitions.</summary>
    public RecordConsumer GroupMember(Action<RecordConsumerBuilder> handlers)
    {
        var config = ConsumerConfig();
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        config.SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds;
        config.HeartbeatIntervalMs = (int)(options.SessionTimeout.TotalMilliseconds / 5);
        var builder = Consumer(config);
        handlers(builder);
        return builder.Build(connection, Report);
    }

    /// <summary>Reads the partitions it is told to and never joins the group; the group id only names whose permissions it uses.</summary>
    public RecordConsumer Follower() => Consumer(ConsumerConfig()).Build(connection, Report);

    /// <summary>A follower for whole partitions: fetches in bulk, tells when it is at an end, brings no headers.</summary>
    public RecordConsumer Restorer()
    {
        var config = ConsumerConfig();
        config.EnablePartitionEof = true;
        config.FetchWaitMaxMs = Math.Min(RestoreFetchWaitMs, config.FetchWaitMaxMs!.Value);
        config.FetchMaxBytes = RestoreFetchBytes;
        config.MaxPartitionFetchBytes = RestoreFetchBytes / 8;
        config.QueuedMinMessages = 200_000;
        config.ConsumeResultFields = "topic,timestamp";
        return Consumer(config).Build(connection, Report);
    }

    /// <param name="limits">Of the topics it writes.</param>
    public RecordProducer Producer(RecordLimits limits)
    {
        var config = IsTransactional
            ? KafkaClientConfig.TransactionalProducer(connection, transactionalId, options.TransactionTimeout)
            : KafkaClientConfig.Producer(connection, options.DeliveryTimeout);
        config.MessageMaxBytes = limits.LargestRecordBytes;
        config.BatchSize = limits.BatchBytes;
        config.DeliveryReportFields = "key,value,status";
        config.EnableBackgroundPoll = false; // a thread of the client would free what the join thread has allocated, and they would contend for it
        return new ProducerBuilder<byte[]?, OutgoingValue>(config)
            .SetValueSerializer(new OutgoingValue.Serializer())
            .SetLogHandler((_, line) => KafkaLog.Write(logger, line))
            .Build(connection, Report);
    }

    public IAdminClient Admin() =>
        new AdminClientBuilder(KafkaClientConfig.Admin(connection))
            .SetLogHandler((_, line) => KafkaLog.Write(logger, line))
            .Build(connection, Report);

    private ConsumerConfig ConsumerConfig()
    {
        var config = KafkaClientConfig.Consumer(connection, settings.JoinGroupId);
        config.FetchWaitMaxMs = (int)options.FetchWait.TotalMilliseconds;
        return config;
    }

    private RecordConsumerBuilder Consumer(ConsumerConfig config) =>
        new RecordConsumerBuilder(config)
            .SetKeyDeserializer(new BorrowedBytes())
            .SetValueDeserializer(new BorrowedBytes())
            .SetLogHandler((_, line) => KafkaLog.Write(logger, line));

    private void Report(Error error)
    {
        if (_repeated.IsNews(error)) KafkaLog.Write(logger, error);
        onTrouble(KafkaErrors.Describe(error));
    }
}

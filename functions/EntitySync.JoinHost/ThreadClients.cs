using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>Makes the Kafka clients of one thread.</summary>
internal sealed class ThreadClients(EntitySyncSettings settings, JoinHostOptions options, ILogger logger, Action<string> onTrouble)
{
    /// <summary>Member of the group; owns root partitions.</summary>
    public IConsumer<byte[]?, byte[]?> GroupMember(Action<ConsumerBuilder<byte[]?, byte[]?>> handlers)
    {
        var config = KafkaClientConfig.Consumer(settings, settings.JoinGroupId);
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        config.SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds;
        config.HeartbeatIntervalMs = (int)(options.SessionTimeout.TotalMilliseconds / 5);
        var builder = Consumer(config);
        handlers(builder);
        return builder.Build();
    }

    /// <summary>Reads the partitions it is told to and never joins the group; the group id only names whose permissions it uses.</summary>
    public IConsumer<byte[]?, byte[]?> Follower(bool tellsEnds)
    {
        var config = KafkaClientConfig.Consumer(settings, settings.JoinGroupId);
        config.EnablePartitionEof = tellsEnds;
        if (tellsEnds) config.FetchWaitMaxMs = 50; // the end is wanted soon, not the next record
        return Consumer(config).Build();
    }

    public IProducer<byte[]?, byte[]?> Producer() =>
        new ProducerBuilder<byte[]?, byte[]?>(KafkaClientConfig.Producer(settings, options.DeliveryTimeout))
            .SetLogHandler((_, line) => KafkaLog.Write(logger, line))
            .SetErrorHandler((_, error) => Report(error))
            .Build();

    public IAdminClient Admin() =>
        new AdminClientBuilder(KafkaClientConfig.Admin(settings))
            .SetLogHandler((_, line) => KafkaLog.Write(logger, line))
            .SetErrorHandler((_, error) => Report(error))
            .Build();

    private ConsumerBuilder<byte[]?, byte[]?> Consumer(ConsumerConfig config) =>
        new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, line) => KafkaLog.Write(logger, line))
            .SetErrorHandler((_, error) => Report(error));

    private void Report(Error error)
    {
        KafkaLog.Write(logger, error);
        onTrouble(KafkaErrors.Describe(error));
    }
}

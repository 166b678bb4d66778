using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

internal static class RecordConsumers
{
    /// <summary>One record, or null when none came in time. Trouble that the client gets over by itself is only logged.</summary>
    public static ConsumedRecord? Take(this RecordConsumer consumer, TimeSpan wait, ILogger logger)
    {
        try
        {
            return consumer.Consume(wait);
        }
        catch (ConsumeException failure) when (KafkaErrors.Sort(failure.Error) == KafkaErrorAction.Retry)
        {
            logger.LogWarning("Reading: {Error}", KafkaErrors.Describe(failure.Error));
            return null;
        }
    }

    /// <summary>End of a partition as of the consumer's last fetch, without asking a broker.</summary>
    public static long? CachedEnd(this RecordConsumer? consumer, TopicPartition partition)
    {
        try
        {
            return consumer?.GetWatermarkOffsets(partition).High is { IsSpecial: false } end ? end.Value : null;
        }
        catch (KafkaException)
        {
            return null; // not assigned any more, or nothing fetched yet
        }
    }
}

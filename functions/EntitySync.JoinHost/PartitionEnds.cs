using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters.Kafka;

namespace EntitySync.JoinHost;

/// <summary>Asks for the ends of many partitions at once.</summary>
internal static class PartitionEnds
{
    /// <param name="clients">Makes the client that asks.</param>
    /// <param name="partitions">Which partitions.</param>
    /// <param name="isolation">
    /// Committed: where a reader of committed records stops now. Uncommitted: the end with open transactions, which a reader reaches once they are completed.
    /// </param>
    /// <param name="timeout">Longest wait.</param>
    /// <returns>First and next offset of each partition.</returns>
    public static Dictionary<TopicPartition, (long First, long End)> Find(
        ThreadClients clients, IReadOnlyCollection<TopicPartition> partitions, IsolationLevel isolation, TimeSpan timeout)
    {
        if (partitions.Count == 0) return [];
        using var admin = clients.Admin();
        var first = Ask(admin, partitions, OffsetSpec.Earliest(), isolation, timeout);
        var end = Ask(admin, partitions, OffsetSpec.Latest(), isolation, timeout);
        return partitions.Distinct().ToDictionary(partition => partition, partition => (first[partition], end[partition]));
    }

    private static Dictionary<TopicPartition, long> Ask(
        IAdminClient admin, IReadOnlyCollection<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation, TimeSpan timeout)
    {
        var questions = partitions.Distinct().Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which });
        var options = new ListOffsetsOptions { IsolationLevel = isolation, RequestTimeout = timeout };
        try
        {
            var answer = admin.ListOffsetsAsync(questions, options).GetAwaiter().GetResult();
            return answer.ResultInfos.ToDictionary(
                info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
        }
        catch (ListOffsetsException failure)
        {
            var bad = failure.Result.ResultInfos.First(info => info.TopicPartitionOffsetError.Error.IsError).TopicPartitionOffsetError;
            throw new JoinThreadException($"the ends of {bad.TopicPartition} are not known: {KafkaErrors.Describe(bad.Error)}");
        }
    }
}

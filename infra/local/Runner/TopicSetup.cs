using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters.Kafka;
using EntitySync.Local.Kafka;
using EntitySync.Local.Synth;

namespace EntitySync.Local.Runner;

/// <summary>Makes the topics of the definitions, in the embedded cluster or in a real one.</summary>
internal static class TopicSetup
{
    public static void Create(EmbeddedKafka kafka, IEnumerable<PlannedTopic> topics, int partitionFactor)
    {
        foreach (var topic in topics) kafka.CreateTopic(topic.Name, topic.Partitions * partitionFactor);
    }

    /// <summary>Topics that exist keep their settings.</summary>
    public static async Task CreateAsync(KafkaConnection connection, IEnumerable<PlannedTopic> topics, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(KafkaClientConfig.Admin(connection)).Build(connection, _ => { });
        var specifications = topics.Select(topic => new TopicSpecification
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = -1,
            Configs = topic.Retention is { } retention
                ? new() { ["retention.ms"] = ((long)retention.TotalMilliseconds).ToString() }
                : new() { ["cleanup.policy"] = "compact" },
        });
        try
        {
            await admin.CreateTopicsAsync(specifications).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException exception) when (exception.Results.All(result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // They are there: what was wanted.
        }
    }
}

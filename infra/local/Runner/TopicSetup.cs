using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Kafka;
using EntitySync.Local.Template;

namespace EntitySync.Local.Runner;

/// <summary>Makes the topics of infra/topics.yaml and the internal topics of the definitions, in the embedded cluster or in a real one.</summary>
internal static class TopicSetup
{
    private static readonly TimeSpan InternalRetention = TimeSpan.FromDays(7);

    /// <summary>The listed topics, and the internal topics of the join topologies that are not among them: definitions of one's own need no other file.</summary>
    /// <exception cref="Core.Errors.InvalidRequestException">The join topology cannot run a definition.</exception>
    public static IReadOnlyList<TopicSettings> WithInternalTopics(IReadOnlyList<TopicSettings> listed, EntityCatalog catalog)
    {
        var partitions = listed.ToDictionary(topic => topic.Name, topic => topic.Partitions, StringComparer.Ordinal);
        // One that follows a topic nobody lists is left to whoever makes that topic; the join host names what is missing.
        var internalTopics = catalog.All.SelectMany(definition => JoinTopology.BuildTopology(definition).InternalTopics)
            .Where(topic => !partitions.ContainsKey(topic.Name) && partitions.ContainsKey(topic.PartitionsOf))
            .Select(topic => new TopicSettings(topic.Name, partitions[topic.PartitionsOf], topic.IsCompacted, topic.IsCompacted ? null : InternalRetention));
        return [.. listed, .. internalTopics];
    }

    public static void Create(EmbeddedKafka kafka, IEnumerable<TopicSettings> topics, int partitionFactor)
    {
        foreach (var topic in topics) kafka.CreateTopic(topic.Name, topic.Partitions * partitionFactor);
    }

    /// <summary>Topics that exist keep their settings.</summary>
    public static async Task CreateAsync(EntitySyncSettings settings, IEnumerable<TopicSettings> topics, CancellationToken cancellationToken)
    {
        using var admin = new AdminClientBuilder(KafkaClientConfig.Admin(settings)).Build();
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

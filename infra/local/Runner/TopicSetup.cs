using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Kafka;
using EntitySync.Local.Template;

namespace EntitySync.Local.Runner;

/// <summary>Makes the topics of infra/topics.yaml and those of the definitions, in the embedded cluster or in a real one.</summary>
internal static class TopicSetup
{
    private const int Partitions = 3;
    private const int DeadLetterPartitions = 1;
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    /// <summary>
    /// The listed topics, and what the definitions need beside them, so that a definition of one's own needs no other file: root and related topics with a
    /// default number of partitions, all others with as many as their task needs.
    /// </summary>
    /// <exception cref="Core.Errors.InvalidRequestException">The join topology cannot run a definition.</exception>
    public static IReadOnlyList<TopicSettings> For(IReadOnlyList<TopicSettings> listed, EntityCatalog catalog, ReconciliationCatalog reconciliations, ReadModelCatalog readModels)
    {
        var topics = listed.ToDictionary(topic => topic.Name, StringComparer.Ordinal);
        foreach (var definition in catalog.All)
        {
            var topology = JoinTopology.BuildTopology(definition);
            var isTable = definition.Root.Kind == RootKind.Table;
            Add(definition.Root.Topic, Partitions, isTable);
            foreach (var relation in definition.AllRelations) Add(relation.From, Partitions, isCompacted: true);
            var partitions = topics[definition.Root.Topic].Partitions;
            Add(definition.ReplayTopic(), partitions, isCompacted: false);
            Add(definition.UpdatesTopic(), partitions, isCompacted: false);
            Add(definition.Output.Topic, partitions, isTable);
            Add(definition.DeadLetterTopic(), DeadLetterPartitions, isCompacted: false);
            foreach (var topic in topology.InternalTopics) Add(topic.Name, topics[topology.PartitionedLike(topic.Name)].Partitions, topic.IsCompacted);
        }

        // Their state is in a table, so nothing is read again from the beginning.
        foreach (var definition in reconciliations.All)
        {
            foreach (var topic in (string?[])[definition.Expected.Topic, definition.Arrived.Topic, definition.Output.Topic, definition.OverdueTopic])
            {
                if (topic is not null) Add(topic, Partitions, isCompacted: false);
            }

            Add(definition.DeadLetterTopic(), DeadLetterPartitions, isCompacted: false);
        }

        // A rebuild reads them from the beginning.
        foreach (var topic in readModels.Topics) topics.TryAdd(topic, new TopicSettings(topic, Partitions, Compacted: false, Timeout.InfiniteTimeSpan));
        foreach (var definition in readModels.All)
        {
            if (definition.OutputTopic is { } output) Add(output, Partitions, isCompacted: true);
            Add(definition.DeadLetterTopic(), DeadLetterPartitions, isCompacted: false);
        }

        return [.. topics.Values];

        void Add(string name, int partitions, bool isCompacted) => topics.TryAdd(name, new TopicSettings(name, partitions, isCompacted, isCompacted ? null : Retention));
    }

    public static void Create(EmbeddedKafka kafka, IEnumerable<TopicSettings> topics, int partitionFactor)
    {
        foreach (var topic in topics) kafka.CreateTopic(topic.Name, topic.Partitions * partitionFactor);
    }

    /// <summary>Topics that exist keep their settings.</summary>
    public static async Task CreateAsync(KafkaConnection connection, IEnumerable<TopicSettings> topics, CancellationToken cancellationToken)
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

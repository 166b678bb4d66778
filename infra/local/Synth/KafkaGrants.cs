using System.Collections.Immutable;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Synth;

/// <summary>Reads off the definitions which topics each function and the container read and write.</summary>
internal static class KafkaGrants
{
    private static readonly ImmutableArray<string> Connect = ["Connect"];
    private static readonly ImmutableArray<string> Write = ["Connect", "WriteDataIdempotently"];
    private static readonly ImmutableArray<string> ReadAndWrite = ["Connect", "DescribeClusterDynamicConfiguration", "WriteDataIdempotently"];
    private static readonly ImmutableArray<string> OfReader = ["DescribeTopic", "ReadData"];
    private static readonly ImmutableArray<string> OfWriter = ["DescribeTopic", "WriteData"];
    private static readonly ImmutableArray<string> OfGroup = ["DescribeGroup", "AlterGroup"];

    /// <summary>All of them, those with no topic at all left out.</summary>
    public static IReadOnlyList<KafkaGrant> Of(DefinitionSet definitions, IReadOnlyCollection<PlannedTopic> topics, IReadOnlyCollection<KafkaSource> sources)
    {
        var readModels = definitions.ReadModels.Topics.ToList();
        var tables = definitions.Tables.All.Select(table => table.Name).ToList();
        KafkaGrant[] grants =
        [
            new("CreateTopics", Connect, [(["CreateTopic", "DescribeTopic", "DescribeTopicDynamicConfiguration", "AlterTopicDynamicConfiguration"], [.. topics.Select(topic => topic.Name)])], []),
            Writer("PublishReference", tables.Concat(tables.Select(TopicNames.ReferenceDeadLetterTopic))),
            Source("Enrich", definitions.Enriched.SelectMany(definition => new[] { definition.Output.Topic, definition.DeadLetterTopic() })),
            Writer("PublishReplayPages", definitions.Replayed.Select(definition => definition.ReplayTopic())),
            Source("Reconcile", definitions.Reconciliations.All.Select(definition => definition.DeadLetterTopic())),
            Writer("PublishCompleted", definitions.Reconciliations.All.SelectMany(definition => new[] { definition.Output.Topic, definition.OverdueTopic, definition.DeadLetterTopic() }).OfType<string>()),
            Source("ProjectReadModel", definitions.ReadModels.All.SelectMany(definition => new[] { definition.OutputTopic, definition.DeadLetterTopic() }).OfType<string>()),
            Reader("PlanRebuild", readModels),
            Reader("FillReadModel", readModels),
            Reader("Feed", definitions.Feeds.All.Select(feed => feed.Topic)),
            Join(definitions.Entities),
        ];
        return [.. grants.Where(grant => grant.Topics.Any(names => !names.Names.IsEmpty))];

        KafkaGrant Source(string function, IEnumerable<string> written)
        {
            var own = sources.Where(source => source.Function == function).ToList();
            return new(function, ReadAndWrite, [(OfReader, Sorted(own.Select(source => source.Topic))), (OfWriter, Sorted(written))], [(OfGroup, [.. own.Select(source => source.Group)])]);
        }
    }

    private static KafkaGrant Writer(string function, IEnumerable<string> topics) => new(function, Write, [(OfWriter, Sorted(topics))], []);

    private static KafkaGrant Reader(string function, IEnumerable<string> topics) => new(function, Connect, [(OfReader, Sorted(topics))], [(["DescribeGroup"], [KafkaTopicReader.GroupId])]);

    private static KafkaGrant Join(EntityCatalog entities)
    {
        var topologies = entities.All.Select(definition => JoinTopology.BuildTopology(definition)).ToList();
        var read = topologies.SelectMany(topology => topology.SubTopologies).SelectMany(part => part.Sources).Select(source => source.Topic).ToHashSet(StringComparer.Ordinal);
        var written = topologies.SelectMany(topology => topology.InternalTopics.Select(topic => topic.Name).Append(topology.EmissionTopic).Append(topology.DeadLetterTopic)).ToHashSet(StringComparer.Ordinal);
        return new KafkaGrant(
            "Join",
            Write,
            [
                (["DescribeTopic", "DescribeTopicDynamicConfiguration", "ReadData"], Sorted(read.Except(written))),
                (["DescribeTopic", "DescribeTopicDynamicConfiguration", "WriteData"], Sorted(written.Except(read))),
                (["DescribeTopic", "DescribeTopicDynamicConfiguration", "ReadData", "WriteData"], Sorted(read.Intersect(written))),
            ],
            [(OfGroup, ["${JoinGroupId}"])],
            "${JoinGroupId}-");
    }

    private static ImmutableArray<string> Sorted(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

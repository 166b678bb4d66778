using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Synth;

/// <summary>All topics that the definitions name or need, with the settings they want them to have.</summary>
internal sealed class TopicPlan
{
    private const int DeadLetterPartitions = 1;
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private static readonly TimeSpan DeadLetterRetention = TimeSpan.FromDays(14);

    private readonly SortedDictionary<string, TopicClaims> _claims = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    private TopicPlan(DefinitionSet definitions)
    {
        foreach (var definition in definitions.Entities.All) Claim(definition);
        foreach (var definition in definitions.Reconciliations.All) Claim(definition);
        foreach (var definition in definitions.ReadModels.All) Claim(definition);
        foreach (var feed in definitions.Feeds.All) Topic(feed.Topic);
    }

    /// <summary>By name.</summary>
    /// <exception cref="InvalidDataException">Definitions contradict each other about a topic; the message has all such places, one a line.</exception>
    /// <exception cref="Core.Errors.InvalidRequestException">The join topology cannot run a definition.</exception>
    public static ImmutableArray<PlannedTopic> Of(DefinitionSet definitions)
    {
        var plan = new TopicPlan(definitions);
        ImmutableArray<PlannedTopic> topics = [.. plan._claims.Values.Select(plan.Planned)];
        return plan._problems.Count == 0 ? topics : throw new InvalidDataException(string.Join('\n', plan._problems.Distinct()));
    }

    private TopicClaims Topic(string name)
    {
        if (!_claims.TryGetValue(name, out var claims)) _claims[name] = claims = new TopicClaims(name);
        return claims;
    }

    private void Claim(EntityDefinition definition)
    {
        var topology = JoinTopology.BuildTopology(definition);
        var isTable = definition.Root.Kind == RootKind.Table;
        Of(definition.Root.Topic).Compact(isTable);
        foreach (var relation in definition.AllRelations) ClaimRelated(relation);
        if (isTable) Of(definition.ReplayTopic()).Ours().As(definition.Root.Topic, isTied: true);
        if (topology.EmissionTopic == definition.UpdatesTopic()) Of(definition.UpdatesTopic()).Ours().As(definition.Root.Topic, isTied: true);
        Of(definition.Output.Topic).Ours().Compact(isTable).As(definition.Root.Topic, isTied: false);
        Of(definition.DeadLetterTopic()).DeadLetters();
        foreach (var topic in topology.InternalTopics) Of(topic.Name).Ours().Compact(topic.IsCompacted).As(topology.PartitionedLike(topic.Name), isTied: true);

        void ClaimRelated(RelationDefinition relation)
        {
            var rows = Of(relation.From).Compact();
            if (!relation.IsFromTable) return;
            rows.Ours();
            Of(TopicNames.ReferenceDeadLetterTopic(relation.From)).DeadLetters();
        }

        TopicClaims Of(string name) => Topic(name).Of(definition.Provision, definition.SourceFile);
    }

    // Their state is in a table, so nothing is read again from the beginning.
    private void Claim(ReconciliationDefinition definition)
    {
        foreach (var topic in (string[])[definition.Expected.Topic, definition.Arrived.Topic]) Of(topic);
        foreach (var topic in new[] { definition.Output.Topic, definition.OverdueTopic }.OfType<string>()) Of(topic).Ours();
        Of(definition.DeadLetterTopic()).DeadLetters();

        TopicClaims Of(string name) => Topic(name).Of(definition.Provision, definition.SourceFile);
    }

    // A rebuild reads its topics from their beginning.
    private void Claim(ReadModelDefinition definition)
    {
        foreach (var topic in definition.Topics) Of(topic.Topic).KeptForEver();
        if (definition.OutputTopic is { } output) Of(output).Ours().Compact();
        Of(definition.DeadLetterTopic()).DeadLetters();

        TopicClaims Of(string name) => Topic(name).Of(definition.Provision, definition.SourceFile);
    }

    private PlannedTopic Planned(TopicClaims topic)
    {
        if (topic is { IsCompacted: true, Retention: { } retention })
            _problems.Add($"Topic {topic.Name}: topicSettings says that records are kept for {IsoDuration.Text(retention)}, and the newest one of each key must be kept for ever. Take the retention away.");
        return new PlannedTopic(topic.Name, Partitions(topic.Name), topic.IsCompacted, topic.IsCompacted ? null : RetentionOf(topic), topic.IsOurs);
    }

    private static TimeSpan RetentionOf(TopicClaims topic) =>
        topic.Retention ?? (topic.IsKeptForEver ? Timeout.InfiniteTimeSpan : topic.IsDeadLetters ? DeadLetterRetention : Retention);

    private int Partitions(string name)
    {
        // A topic that only tasks of others read has their number, and theirs may be tied in turn.
        if (!_claims.TryGetValue(name, out var topic)) return TopicProvision.DefaultPartitions;
        if (topic.TiedTo is { } owner)
        {
            var wanted = Partitions(owner);
            if (topic.SaidOfItself is { } own && own != wanted)
                _problems.Add($"Topic {name}: topicSettings says {own} partitions, and it must have the {wanted} of {owner}: one task reads both. Say it of {owner}.");
            return wanted;
        }

        if (topic.Stated(_problems) is { } stated) return stated;
        if (topic.IsDeadLetters) return DeadLetterPartitions;
        return topic.Like is { } like && like != name ? Partitions(like) : TopicProvision.DefaultPartitions;
    }
}

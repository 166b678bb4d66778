using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Joins;

/// <summary>
/// What an entity's join topology reads and writes. Immutable; container, test driver and simulation build their tasks from the same one.
/// </summary>
public sealed record JoinTopology
{
    /// <summary>Stage name in dead letters.</summary>
    public const string Stage = "join";

    public required EntityDefinition Definition { get; init; }

    /// <summary>The root part first, then two parts for each shuffle relation.</summary>
    public required ImmutableArray<SubTopology> SubTopologies { get; init; }

    /// <summary>Topics between the parts and for the tasks' notes.</summary>
    public required ImmutableArray<InternalTopic> InternalTopics { get; init; }

    public required string EmissionTopic { get; init; }

    public required string DeadLetterTopic { get; init; }

    public string Entity => Definition.Entity;

    /// <summary>Joins the broadcast and shuffle relations; compiled once for all tasks and tables.</summary>
    public required Enricher Enricher { get; init; }

    public SubTopology RootPart => SubTopologies[0];

    public JoinSource Root => RootPart.Lead;

    /// <summary>All topics that must exist before a task can work.</summary>
    public IEnumerable<string> Topics => SubTopologies
        .SelectMany(part => part.Sources)
        .Select(source => source.Topic)
        .Concat(InternalTopics.Select(topic => topic.Name))
        .Append(EmissionTopic)
        .Append(DeadLetterTopic)
        .Distinct(StringComparer.Ordinal);

    /// <exception cref="InvalidRequestException">The definition asks for a join that the topology does not make.</exception>
    public static JoinTopology BuildTopology(EntityDefinition definition)
    {
        TopologyRules.Check(definition);
        var shuffled = definition.Relations.Where(relation => relation.Strategy == Strategy.Shuffle).ToList();
        return new JoinTopology
        {
            Definition = definition,
            Enricher = Enricher.CompileJoined(definition),
            SubTopologies = [RootPartOf(definition), .. shuffled.SelectMany(relation => ShufflePartsOf(definition, relation))],
            InternalTopics = [.. InternalTopicsOf(definition, shuffled)],
            EmissionTopic = definition.EmissionTopic(),
            DeadLetterTopic = definition.DeadLetterTopic(),
        };
    }

    private static SubTopology RootPartOf(EntityDefinition definition)
    {
        var isTable = definition.Root.Kind == RootKind.Table;
        var sources = ImmutableArray.CreateBuilder<JoinSource>();
        sources.Add(new JoinSource(definition.Root.Topic, SourceRole.Root, RestoresState: isTable));
        if (isTable) sources.Add(new JoinSource(definition.ReplayTopic(), SourceRole.Replay, RestoresState: false));
        foreach (var relation in definition.Relations)
        {
            if (relation.Strategy == Strategy.Broadcast) sources.Add(new JoinSource(relation.From, SourceRole.Broadcast, RestoresState: true, relation));
            if (relation.Strategy == Strategy.Shuffle) sources.Add(new JoinSource(definition.AnswersTopic(relation), SourceRole.Answers, RestoresState: true, relation));
        }

        if (HasProgress(definition)) sources.Add(new JoinSource(definition.ProgressTopic(), SourceRole.Progress, RestoresState: true));
        return new SubTopology(definition.Entity, SubTopologyKind.Root, sources.ToImmutable());
    }

    private static IEnumerable<SubTopology> ShufflePartsOf(EntityDefinition definition, RelationDefinition relation)
    {
        yield return new SubTopology(
            $"{definition.Entity}-{relation.Name}-rekey",
            SubTopologyKind.Rekey,
            [new JoinSource(relation.From, SourceRole.Related, RestoresState: true, relation)],
            relation);
        yield return new SubTopology(
            $"{definition.Entity}-{relation.Name}-answer",
            SubTopologyKind.Answer,
            [
                new JoinSource(definition.QuestionsTopic(relation), SourceRole.Questions, RestoresState: true, relation),
                new JoinSource(definition.RowsTopic(relation), SourceRole.Rows, RestoresState: true, relation),
            ],
            relation);
    }

    private static IEnumerable<InternalTopic> InternalTopicsOf(EntityDefinition definition, List<RelationDefinition> shuffled)
    {
        if (HasProgress(definition)) yield return new InternalTopic(definition.ProgressTopic(), definition.Root.Topic, IsCompacted: true);
        foreach (var relation in shuffled)
        {
            yield return new InternalTopic(definition.RowsTopic(relation), relation.From, IsCompacted: true);
            yield return new InternalTopic(definition.QuestionsTopic(relation), relation.From, IsCompacted: true);
            yield return new InternalTopic(definition.AnswersTopic(relation), definition.Root.Topic, IsCompacted: true);
        }
    }

    // A stream root keeps nothing, so there is no fan-out whose progress would have to be kept.
    private static bool HasProgress(EntityDefinition definition) =>
        definition.Root.Kind == RootKind.Table && definition.Relations.Any(relation => relation.Strategy != Strategy.Lookup);
}

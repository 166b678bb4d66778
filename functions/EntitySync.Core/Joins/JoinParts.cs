using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Joins;

/// <summary>The parts and internal topics of one join of a topology.</summary>
internal static class JoinParts
{
    /// <summary>The part that joins first.</summary>
    public static IEnumerable<SubTopology> Of(JoinNode node)
    {
        var definition = node.Definition;
        yield return JoinPartOf(node);
        if (node.IsRekeyed)
            yield return new SubTopology($"{definition.Entity}-intake", SubTopologyKind.Intake, [new JoinSource(definition.Root.Topic, SourceRole.Related, RestoresState: true)], node);
        foreach (var relation in Shuffled(definition))
        {
            yield return new SubTopology(
                $"{definition.Entity}-{relation.Name}-rekey",
                SubTopologyKind.Rekey,
                [new JoinSource(relation.From, SourceRole.Related, RestoresState: true, relation)],
                node,
                relation);
            yield return new SubTopology(
                $"{definition.Entity}-{relation.Name}-answer",
                SubTopologyKind.Answer,
                [
                    new JoinSource(definition.QuestionsTopic(relation), SourceRole.Questions, RestoresState: true, relation),
                    new JoinSource(definition.RowsTopic(relation), SourceRole.Rows, RestoresState: true, relation),
                ],
                node,
                relation);
        }
    }

    public static IEnumerable<InternalTopic> InternalTopicsOf(JoinNode node)
    {
        var definition = node.Definition;
        if (node.IsRekeyed) yield return new InternalTopic(definition.RekeyedRootTopic(), definition.Root.Topic, IsCompacted: true);
        if (node.IsNested) yield return new InternalTopic(definition.Output.Topic, definition.Root.Topic, IsCompacted: true);
        if (HasProgress(definition)) yield return new InternalTopic(definition.ProgressTopic(), definition.Root.Topic, IsCompacted: true);
        foreach (var relation in Shuffled(definition))
        {
            yield return new InternalTopic(definition.RowsTopic(relation), relation.From, IsCompacted: true);
            yield return new InternalTopic(definition.QuestionsTopic(relation), relation.From, IsCompacted: true);
            yield return new InternalTopic(definition.AnswersTopic(relation), definition.Root.Topic, IsCompacted: true);
        }
    }

    private static SubTopology JoinPartOf(JoinNode node)
    {
        var definition = node.Definition;
        var isTable = definition.Root.Kind == RootKind.Table;
        var sources = ImmutableArray.CreateBuilder<JoinSource>();
        sources.Add(new JoinSource(node.IsRekeyed ? definition.RekeyedRootTopic() : definition.Root.Topic, SourceRole.Root, RestoresState: isTable));
        if (isTable && !node.IsNested) sources.Add(new JoinSource(definition.ReplayTopic(), SourceRole.Replay, RestoresState: false));
        foreach (var relation in definition.Relations)
        {
            if (relation.Strategy == Strategy.Broadcast) sources.Add(new JoinSource(relation.From, SourceRole.Broadcast, RestoresState: true, relation));
            if (relation.Strategy == Strategy.Shuffle) sources.Add(new JoinSource(definition.AnswersTopic(relation), SourceRole.Answers, RestoresState: true, relation));
        }

        if (HasProgress(definition)) sources.Add(new JoinSource(definition.ProgressTopic(), SourceRole.Progress, RestoresState: true));
        return new SubTopology(definition.Entity, node.IsNested ? SubTopologyKind.Nested : SubTopologyKind.Root, sources.ToImmutable(), node);
    }

    private static IEnumerable<RelationDefinition> Shuffled(EntityDefinition definition) => definition.Relations.Where(relation => relation.Strategy == Strategy.Shuffle);

    // A stream root keeps nothing but what waits for answers, so there is no fan-out whose progress would have to be kept.
    private static bool HasProgress(EntityDefinition definition) =>
        definition.Root.Kind == RootKind.Stream ? Shuffled(definition).Any() : definition.Emit.Once || definition.Relations.Any(relation => relation.Strategy != Strategy.Lookup);
}

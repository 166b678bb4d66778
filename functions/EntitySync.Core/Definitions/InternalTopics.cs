using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>A topic that only one entity's own tasks write.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Relation">The relation it belongs to, by the names from the root down; empty for one of the entity as a whole.</param>
public readonly record struct InternalTopicOwner(string Name, ImmutableArray<string> Relation);

/// <summary>All internal topics of an entity, those of nested relations among them.</summary>
public static class InternalTopics
{
    /// <summary>Internal topics, whether or not the definition as it is writes them all: what nobody else may write. Names may repeat when relations are named badly.</summary>
    public static IEnumerable<InternalTopicOwner> Of(EntityDefinition definition)
    {
        string[] own = [definition.ReplayTopic(), definition.UpdatesTopic(), definition.DeadLetterTopic(), definition.ProgressTopic()];
        foreach (var topic in own) yield return new InternalTopicOwner(topic, []);
        if (definition.Root.Format == DocumentFormat.Debezium) yield return new InternalTopicOwner(definition.RekeyedRootTopic(), []);
        foreach (var topic in OfRelations(definition, definition.Relations, [])) yield return topic;
    }

    /// <summary>The topics EntitySync writes for the entity: internal ones and the output.</summary>
    public static IEnumerable<string> Written(EntityDefinition definition) => Of(definition).Select(topic => topic.Name).Append(definition.Output.Topic).Distinct();

    private static IEnumerable<InternalTopicOwner> OfRelations(EntityDefinition node, ImmutableArray<RelationDefinition> relations, ImmutableArray<string> parent)
    {
        foreach (var relation in relations)
        {
            var path = parent.Add(relation.Name);
            string[] rows = relation.Strategy == Strategy.Shuffle ? [node.RowsTopic(relation), node.QuestionsTopic(relation), node.AnswersTopic(relation)] : [];
            foreach (var topic in rows) yield return new InternalTopicOwner(topic, path);
            if (relation.Relations.IsEmpty) continue;

            // A relation with relations of its own is a join of its own, named after both (see NestedDefinitions).
            var joined = node with { Entity = $"{node.Entity}-{relation.Name}" };
            yield return new InternalTopicOwner(node.JoinedTopic(relation), path);
            yield return new InternalTopicOwner(joined.ProgressTopic(), path);
            foreach (var topic in OfRelations(joined, relation.Relations, path)) yield return topic;
        }
    }
}

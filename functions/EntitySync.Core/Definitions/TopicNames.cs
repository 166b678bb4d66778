namespace EntitySync.Core.Definitions;

/// <summary>Topics that belong to an entity. Internal names are the entity's name plus a fixed suffix; renaming one orphans state.</summary>
public static class TopicNames
{
    private const string DeadLetters = "-dead-letters";

    /// <summary>True for a topic of records that could not be used, whoever's they are.</summary>
    public static bool IsDeadLetters(string topic) => topic.EndsWith(DeadLetters, StringComparison.Ordinal);

    /// <summary>Replay records, co-partitioned with the root topic.</summary>
    public static string ReplayTopic(this EntityDefinition definition) => definition.Entity + "-replay";

    /// <summary>What the join topology emits when lookup relations remain to be joined by Enrich.</summary>
    public static string UpdatesTopic(this EntityDefinition definition) => definition.Entity + "-updates";

    /// <summary>Records that could not be used: original bytes, reason, position.</summary>
    public static string DeadLetterTopic(this EntityDefinition definition) => definition.Entity + DeadLetters;

    /// <summary>Messages that a reconciliation could not use, likewise.</summary>
    public static string DeadLetterTopic(this ReconciliationDefinition definition) => definition.Entity + DeadLetters;

    /// <summary>Events that a read model could not use, likewise.</summary>
    public static string DeadLetterTopic(this ReadModelDefinition definition) => definition.ReadModel + DeadLetters;

    /// <summary>Notes of the entity's tasks: fan-outs under way, positions in broadcast topics. Compacted; as many partitions as the root topic.</summary>
    public static string ProgressTopic(this EntityDefinition definition) => definition.Entity + "-progress";

    /// <summary>Rows of a shuffle relation under their join column. Compacted.</summary>
    public static string RowsTopic(this EntityDefinition definition, RelationDefinition relation) => $"{definition.Entity}-{relation.Name}-rows";

    /// <summary>Which tasks want which rows of a shuffle relation. Compacted; as many partitions as the rows topic.</summary>
    public static string QuestionsTopic(this EntityDefinition definition, RelationDefinition relation) => $"{definition.Entity}-{relation.Name}-questions";

    /// <summary>Rows of a shuffle relation for the tasks that asked. Compacted; as many partitions as the root topic.</summary>
    public static string AnswersTopic(this EntityDefinition definition, RelationDefinition relation) => $"{definition.Entity}-{relation.Name}-answers";

    /// <summary>Rows of a relation with relations of its own, those joined in. Compacted; as many partitions as the relation's topic.</summary>
    public static string JoinedTopic(this EntityDefinition definition, RelationDefinition relation) => $"{definition.Entity}-{relation.Name}-joined";

    /// <summary>Rows of a Debezium root under the entity's key. Compacted; as many partitions as the root topic.</summary>
    public static string RekeyedRootTopic(this EntityDefinition definition) => definition.Entity + "-root";

    /// <summary>All topics that the definition names or whose names are made from it, whether or not it needs them with its strategies.</summary>
    public static IEnumerable<string> NamedTopics(this EntityDefinition definition) => definition.AllRelations
        .SelectMany(relation => relation.IsFromTable ? new[] { relation.From, ReferenceDeadLetterTopic(relation.From) } : [relation.From])
        .Concat([definition.Root.Topic, definition.Output.Topic])
        .Concat(InternalTopics.Of(definition).Select(topic => topic.Name))
        .Distinct(StringComparer.Ordinal);

    /// <summary>Likewise.</summary>
    public static IEnumerable<string> NamedTopics(this ReconciliationDefinition definition) =>
        new[] { definition.Expected.Topic, definition.Arrived.Topic, definition.Output.Topic, definition.OverdueTopic, definition.DeadLetterTopic() }.OfType<string>();

    /// <summary>Likewise.</summary>
    public static IEnumerable<string> NamedTopics(this ReadModelDefinition definition) =>
        definition.Topics.Select(topic => topic.Topic).Concat(new[] { definition.OutputTopic, definition.DeadLetterTopic() }.OfType<string>());

    /// <summary>Changed rows of a reference table that could not be published.</summary>
    public static string ReferenceDeadLetterTopic(string table) => table + DeadLetters;

    /// <summary>Where the join topology emits: straight to the output when no relation is left for Enrich.</summary>
    public static string EmissionTopic(this EntityDefinition definition) =>
        definition.AllRelations.Any(relation => relation.Strategy == Strategy.Lookup) ? definition.UpdatesTopic() : definition.Output.Topic;
}

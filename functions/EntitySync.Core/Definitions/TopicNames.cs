namespace EntitySync.Core.Definitions;

/// <summary>Topics that belong to an entity. Internal names are the entity's name plus a fixed suffix; renaming one orphans state.</summary>
public static class TopicNames
{
    /// <summary>Replay records, co-partitioned with the root topic.</summary>
    public static string ReplayTopic(this EntityDefinition definition) => definition.Entity + "-replay";

    /// <summary>What the join topology emits when lookup relations remain to be joined by Enrich.</summary>
    public static string UpdatesTopic(this EntityDefinition definition) => definition.Entity + "-updates";

    /// <summary>Records that could not be used: original bytes, reason, position.</summary>
    public static string DeadLetterTopic(this EntityDefinition definition) => definition.Entity + "-dead-letters";

    /// <summary>Messages that a reconciliation could not use, likewise.</summary>
    public static string DeadLetterTopic(this ReconciliationDefinition definition) => definition.Entity + "-dead-letters";

    /// <summary>Events that a read model could not use, likewise.</summary>
    public static string DeadLetterTopic(this ReadModelDefinition definition) => definition.ReadModel + "-dead-letters";

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

    /// <summary>Where the join topology emits: straight to the output when no relation is left for Enrich.</summary>
    public static string EmissionTopic(this EntityDefinition definition) =>
        definition.AllRelations.Any(relation => relation.Strategy == Strategy.Lookup) ? definition.UpdatesTopic() : definition.Output.Topic;
}

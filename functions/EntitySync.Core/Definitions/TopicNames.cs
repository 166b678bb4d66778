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

    /// <summary>Where the join topology emits: straight to the output when no relation is left for Enrich.</summary>
    public static string EmissionTopic(this EntityDefinition definition) =>
        definition.AllRelations.Any(relation => relation.Strategy == Strategy.Lookup) ? definition.UpdatesTopic() : definition.Output.Topic;
}

using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Joins;

/// <summary>Refuses definitions that the join topology cannot run, before anything is read.</summary>
internal static class TopologyRules
{
    // Entities are found, replayed and asked for by the partition of their key's text, and Debezium partitions by the key's JSON.
    private const string UnwrapAdvice = "the join topology reads change events of related topics, not of the root. Let the connector write the root's rows as they are "
        + "(transforms ExtractNewRecordState, then ExtractField$Key for the record key), and say format json";

    /// <exception cref="InvalidRequestException">Says which entity, which file and why.</exception>
    public static void Check(EntityDefinition definition)
    {
        if (definition.Root.Format != DocumentFormat.Json) throw Refusal(definition, UnwrapAdvice);
        if (definition.Emit.Once && definition.Root.Kind == RootKind.Stream) throw Refusal(definition, "emit.once goes with root.kind table: the records of a stream are events, each of which is emitted once");
        foreach (var relation in definition.Relations.Where(relation => relation.Strategy != Strategy.Lookup)) CheckRelation(definition, relation);
    }

    private static void CheckRelation(EntityDefinition definition, RelationDefinition relation)
    {
        var name = $"relation '{relation.Name}'";
        if (definition.Root.Kind == RootKind.Stream && relation.Strategy == Strategy.Shuffle)
        {
            throw Refusal(definition, $"{name} has strategy shuffle, but a record of a stream cannot wait for answers: use strategy broadcast or lookup");
        }

        if (relation.From == definition.Root.Topic) throw Refusal(definition, $"{name} reads the root's own topic");
        foreach (var nested in relation.Relations) CheckRelation(definition, nested);
    }

    private static InvalidRequestException Refusal(EntityDefinition definition, string reason) =>
        new($"Entity '{definition.Entity}'{(definition.SourceFile.Length > 0 ? $" ({definition.SourceFile})" : "")}: {reason}.");
}

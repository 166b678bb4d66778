using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Joins;

/// <summary>Refuses definitions that the join topology cannot run, before anything is read.</summary>
internal static class TopologyRules
{
    /// <exception cref="InvalidRequestException">Says which entity, which file and why.</exception>
    public static void Check(EntityDefinition definition)
    {
        if (definition.Root is { Format: DocumentFormat.Debezium, Kind: RootKind.Stream })
        {
            throw Refusal(definition, "change events are those of a table's rows: a root of format debezium has kind table");
        }

        if (definition.Emit.Once && definition.Root.Kind == RootKind.Stream) throw Refusal(definition, "emit.once goes with root.kind table: the records of a stream are events, each of which is emitted once");
        foreach (var relation in definition.Relations.Where(relation => relation.Strategy != Strategy.Lookup)) CheckRelation(definition, relation);
    }

    private static void CheckRelation(EntityDefinition definition, RelationDefinition relation)
    {
        var name = $"relation '{relation.Name}'";
        if (relation.From == definition.Root.Topic) throw Refusal(definition, $"{name} reads the root's own topic");
        foreach (var nested in relation.Relations) CheckRelation(definition, nested);
    }

    private static InvalidRequestException Refusal(EntityDefinition definition, string reason) =>
        new($"Entity '{definition.Entity}'{(definition.SourceFile.Length > 0 ? $" ({definition.SourceFile})" : "")}: {reason}.");
}

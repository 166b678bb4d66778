using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Explain;

/// <summary>What a change of each input costs, by the way it goes through the topology.</summary>
internal static class PlanCosts
{
    public static IEnumerable<string> Of(JoinTopology topology)
    {
        yield return OfRoot(topology);
        foreach (var part in topology.SubTopologies.Where(part => part.Kind == SubTopologyKind.Nested)) yield return OfNestedRow(part);
        foreach (var part in topology.SubTopologies.Where(part => part.Kind is SubTopologyKind.Root or SubTopologyKind.Nested))
        {
            var joined = part.Sources.Where(source => source.Role is SourceRole.Broadcast or SourceRole.Answers).Select(source => OfRow(part, source));
            foreach (var line in joined) yield return line;
        }

        foreach (var relation in topology.Definition.Relations.Where(relation => relation.Strategy == Strategy.Lookup)) yield return OfLookup(topology.Definition, relation);
    }

    private static string OfRoot(JoinTopology topology)
    {
        var root = topology.RootPart;
        var intake = topology.SubTopologies.Any(part => part.Kind == SubTopologyKind.Intake) ? $"one record in {root.Lead.Topic}, then " : "";
        return $"a record of {topology.Definition.Root.Topic}: {intake}one join in its own task, at most one record to {topology.EmissionTopic}{Questions(root)}";
    }

    private static string OfNestedRow(SubTopology part)
    {
        var definition = part.Node.Definition;
        return $"a row of {definition.Root.Topic}: one join in its own task, at most one record in {definition.Output.Topic}{Questions(part)}; then as a row of {definition.Output.Topic}";
    }

    private static string Questions(SubTopology part)
    {
        var shuffled = part.Sources.Where(source => source.Role == SourceRole.Answers).Select(source => source.Relation!.Name).ToList();
        return shuffled.Count == 0 ? "" : $"; one question and its answer for each match value of {string.Join(", ", shuffled)} that nothing else in the task has";
    }

    private static string OfRow(SubTopology part, JoinSource source)
    {
        var (definition, relation) = (part.Node.Definition, source.Relation!);
        var visits = VisitsOf(part);
        return source.IsWhole
            ? $"a row of {relation.From}: {visits}; no internal record"
            : $"a row of {relation.From}: one record in {definition.RowsTopic(relation)}, one in {definition.AnswersTopic(relation)} for each task that has asked for its {relation.Key}; each {visits}";
    }

    private static string VisitsOf(SubTopology part)
    {
        var definition = part.Node.Definition;
        if (part.Kind == SubTopologyKind.Nested) return $"visits the rows of {definition.Root.Topic} that refer to it, in steps behind live updates; one that changes goes on as a row of {definition.Output.Topic}";
        return part.Lead.RestoresState ? "visits the entities that refer to it, in steps behind live updates" : "is known to the events that come then, and changes none of those before";
    }

    private static string OfLookup(EntityDefinition definition, RelationDefinition relation)
    {
        var change = $"a row of table {relation.From}: ";
        return definition.Replay is not { } replay
            ? $"{change}no entity follows by itself, for the definition has no replay; the next update of an entity sees it"
            : $"{change}a replay: ids from {Ids(replay.Ids, relation)}, for each one record in {definition.ReplayTopic()}, one in {definition.EmissionTopic()}, and one read or cached row in Enrich";
    }

    private static string Ids(IdSourceDefinition ids, RelationDefinition relation) => ids switch
    {
        SolrIdSourceDefinition solr => $"Solr ({solr.Collection}{(solr.Match.TryGetValue(relation.Name, out var field) ? $", {field}" : "")})",
        DynamoDbIdSourceDefinition table when table.Indexes.TryGetValue(relation.Name, out var index) => $"index {index.Index} of {table.Table}",
        DynamoDbIdSourceDefinition table => $"a scan of {table.Table}",
        _ => "the id source",
    };
}

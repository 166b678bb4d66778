using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Explain;

/// <param name="Topic">Topic, or reference table.</param>
/// <param name="Label">What it is to whoever reads or writes it; empty when that goes without saying.</param>
internal sealed record FlowEdge(string Topic, string Label = "");

/// <summary>Something that reads and writes: a part of the topology, or a function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Part">The part; null for a function.</param>
internal sealed record FlowStep(string Name, string Kind, SubTopology? Part, IReadOnlyList<FlowEdge> Reads, IReadOnlyList<FlowEdge> Writes);

/// <summary>All that an entity's records and rows go through, taken from the topology that runs.</summary>
internal static class Flow
{
    public const string Enrich = "Enrich";
    public const string PublishReference = "PublishReference";

    /// <summary>Functions before the topology, its parts in their order, functions behind it.</summary>
    public static IReadOnlyList<FlowStep> Of(JoinTopology topology)
    {
        var relations = topology.Definition.AllRelations.ToList();
        var published = relations.Where(relation => relation is { IsFromTable: true, Strategy: not Strategy.Lookup }).Select(relation => relation.From).Distinct(StringComparer.Ordinal);
        var lookups = relations.Where(relation => relation.Strategy == Strategy.Lookup).ToList();
        return
        [
            .. published.Select(table => new FlowStep(PublishReference, "Lambda function", null, [new(Table(table))], [new(table)])),
            .. topology.SubTopologies.Select(part => Step(topology, part)),
            .. lookups.Count == 0 ? Array.Empty<FlowStep>() : [EnrichStep(topology, lookups)],
        ];
    }

    /// <summary>Name of a reference table beside the topic of the same name.</summary>
    public static string Table(string name) => $"table {name}";

    private static FlowStep Step(JoinTopology topology, SubTopology part) =>
        new(part.Name, Kind(part.Kind), part, [.. part.Sources.Select(source => new FlowEdge(source.Topic, Label(source)))], [.. WritesOf(topology, part)]);

    private static FlowStep EnrichStep(JoinTopology topology, List<RelationDefinition> lookups) => new(
        Enrich,
        "Lambda function",
        null,
        [new(topology.EmissionTopic), .. lookups.Select(relation => relation.From).Distinct(StringComparer.Ordinal).Select(table => new FlowEdge(Table(table), "cached"))],
        [new(topology.Definition.Output.Topic), new(topology.DeadLetterTopic, "bad input")]);

    private static IEnumerable<FlowEdge> WritesOf(JoinTopology topology, SubTopology part)
    {
        var definition = part.Node.Definition;
        switch (part.Kind)
        {
            case SubTopologyKind.Root: yield return new(topology.EmissionTopic); break;
            case SubTopologyKind.Nested: yield return new(definition.Output.Topic); break;
            case SubTopologyKind.Intake: yield return new(definition.RekeyedRootTopic()); break;
            case SubTopologyKind.Rekey: yield return new(definition.RowsTopic(part.Relation!)); break;
            case SubTopologyKind.Answer: yield return new(definition.AnswersTopic(part.Relation!)); break;
        }

        foreach (var source in part.Sources.Where(source => source.Role == SourceRole.Answers)) yield return new(definition.QuestionsTopic(source.Relation!), "questions");
        foreach (var source in part.Sources.Where(source => source.Role == SourceRole.Progress)) yield return new(source.Topic, "notes");
        if (part.Kind != SubTopologyKind.Answer) yield return new(topology.DeadLetterTopic, "bad input");
    }

    private static string Kind(SubTopologyKind kind) => kind switch
    {
        SubTopologyKind.Root => "joins the entities",
        SubTopologyKind.Nested => "joins related rows",
        SubTopologyKind.Intake => "brings change events under the entity's key",
        SubTopologyKind.Rekey => "brings rows under their join column",
        SubTopologyKind.Answer => "answers who asks for rows",
        _ => $"{kind}".ToLowerInvariant(),
    };

    private static string Label(JoinSource source) => source.Role switch
    {
        SourceRole.Replay => "replays",
        SourceRole.Broadcast => "all partitions",
        SourceRole.Answers => "answers",
        SourceRole.Questions => "questions",
        SourceRole.Progress => "notes",
        _ => "",
    };
}

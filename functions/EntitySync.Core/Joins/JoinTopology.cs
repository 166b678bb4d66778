using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Hooks;

namespace EntitySync.Core.Joins;

/// <summary>
/// What an entity's join topology reads and writes. Immutable; container, test driver and simulation build their tasks from the same one.
/// </summary>
public sealed record JoinTopology
{
    /// <summary>Stage name in dead letters.</summary>
    public const string Stage = "join";

    // A joined row is a related row to the join above it, and must fit into an answer.
    private static readonly EnrichmentLimits JoinedRows = new() { MaximumOutputBytes = JoinOptions.DefaultAnswerBytes };

    /// <summary>As the file has it, nested relations included.</summary>
    public required EntityDefinition Definition { get; init; }

    /// <summary>The root part first, then the others of the entity's own join, then those of each nested join.</summary>
    public required ImmutableArray<SubTopology> SubTopologies { get; init; }

    /// <summary>Topics between the parts and for the tasks' notes.</summary>
    public required ImmutableArray<InternalTopic> InternalTopics { get; init; }

    public required string EmissionTopic { get; init; }

    public required string DeadLetterTopic { get; init; }

    public string Entity => Definition.Entity;

    public SubTopology RootPart => SubTopologies[0];

    public JoinSource Root => RootPart.Lead;

    /// <summary>Joins the relations of the entity itself.</summary>
    public Enricher Enricher => RootPart.Node.Enricher;

    /// <summary>All topics that must exist before a task can work.</summary>
    public IEnumerable<string> Topics => SubTopologies
        .SelectMany(part => part.Sources)
        .Select(source => source.Topic)
        .Concat(InternalTopics.Select(topic => topic.Name))
        .Append(EmissionTopic)
        .Append(DeadLetterTopic)
        .Distinct(StringComparer.Ordinal);

    /// <summary>Of an internal topic: the topic of others whose partition count it has, over internal topics in between. Any other topic is its own.</summary>
    public string PartitionedLike(string topic)
    {
        foreach (var ours in InternalTopics)
        {
            if (ours.Name == topic) return PartitionedLike(ours.PartitionsOf);
        }

        return topic;
    }

    /// <param name="definition">What to join.</param>
    /// <param name="hooks">Makes the definition's hook; without it a topology of a definition with a hook can be looked at, and cannot run.</param>
    /// <exception cref="InvalidRequestException">The definition asks for a join that the topology does not make.</exception>
    public static JoinTopology BuildTopology(EntityDefinition definition, Func<EntityDefinition, IEntityHook>? hooks = null)
    {
        TopologyRules.Check(definition);
        var flat = definition.Flatten();
        var nodes = flat.Select((node, index) => new JoinNode(node, Enricher.CompileJoined(node, index > 0 ? JoinedRows : null, hooks), IsNested: index > 0) { RowKey = index > 0 ? RowKeyOf(node, flat) : null }).ToList();
        return new JoinTopology
        {
            Definition = definition,
            SubTopologies = [.. nodes.SelectMany(JoinParts.Of)],
            InternalTopics = [.. nodes.SelectMany(JoinParts.InternalTopicsOf)],
            EmissionTopic = definition.EmissionTopic(),
            DeadLetterTopic = definition.DeadLetterTopic(),
        };
    }

    private static KeyDefinition? RowKeyOf(EntityDefinition node, IEnumerable<EntityDefinition> all)
    {
        var key = all.SelectMany(above => above.Relations).FirstOrDefault(relation => relation.From == node.Output.Topic)?.Key;
        var written = node.Relations.SelectMany(relation => relation.Targets);
        return key is not null && key.Paths.Any(path => written.Contains(path.Steps[0].Name, StringComparer.Ordinal)) ? null : key;
    }
}

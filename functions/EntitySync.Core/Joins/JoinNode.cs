using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>
/// One join of a topology: rows of a topic and the relations joined to them. The entity's own, or that of a relation with relations of its own, whose joined
/// rows are what the relation then reads.
/// </summary>
/// <param name="Definition">
/// Root, relations without nested ones, emission, output; see <see cref="NestedDefinitions"/>. Its <see cref="EntityDefinition.Entity"/> is the prefix of internal topics.
/// </param>
/// <param name="Enricher">Joins the broadcast and shuffle relations of <paramref name="Definition"/>; compiled once for all tasks and tables.</param>
/// <param name="IsNested">True for the rows of a relation.</param>
public sealed record JoinNode(EntityDefinition Definition, Enricher Enricher, bool IsNested)
{
    /// <summary>
    /// Columns that the relation above joins the rows of a nested join by; null for the entity's own, and when relations of the row write them. A row in which they
    /// cannot be read is refused before it is joined: the dead letter says where it stands, and the row before stays.
    /// </summary>
    public KeyDefinition? RowKey { get; init; }

    /// <summary>
    /// True when the root's rows go through intake tasks: entities are found, replayed and asked for by the partition of their key's text, and a connector
    /// partitions by the JSON of the primary key.
    /// </summary>
    public bool IsRekeyed => !IsNested && Definition.Root.Format == DocumentFormat.Debezium;
}

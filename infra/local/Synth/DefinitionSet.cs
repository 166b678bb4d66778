using EntitySync.Core.Definitions;
using EntitySync.Core.ReferenceTables;

namespace EntitySync.Local.Synth;

/// <summary>The definitions of a deployment, of all kinds.</summary>
internal sealed record DefinitionSet(EntityCatalog Entities, ReconciliationCatalog Reconciliations, ReadModelCatalog ReadModels, FeedCatalog Feeds)
{
    public ReferenceTableCatalog Tables { get; } = new(Entities);

    /// <param name="folder">Where their files are.</param>
    /// <exception cref="InvalidDefinitionException">At least one problem; the message has them all, one a line.</exception>
    public static DefinitionSet Load(string folder)
    {
        var result = DefinitionLoader.LoadFolder(folder);
        return result.IsValid
            ? new(new EntityCatalog(result.Definitions), new ReconciliationCatalog(result.Reconciliations), new ReadModelCatalog(result.ReadModels), new FeedCatalog(result.Feeds))
            : throw new InvalidDefinitionException(result.Problems);
    }

    /// <summary>Entities that Enrich completes: those with a lookup relation.</summary>
    public IEnumerable<EntityDefinition> Enriched => Entities.All.Where(definition => definition.EmissionTopic() == definition.UpdatesTopic());

    /// <summary>Entities that a replay can publish again.</summary>
    public IEnumerable<EntityDefinition> Replayed => Entities.All.Where(definition => definition.Root.Kind == RootKind.Table);

    /// <summary>Reference tables whose changes start replays: those of lookup relations.</summary>
    public IEnumerable<ReferenceTable> LookedUp => Tables.All.Where(table => Entities.All.Any(definition => definition.AllRelations.Any(relation => relation.Strategy == Strategy.Lookup && relation.From == table.Name)));
}

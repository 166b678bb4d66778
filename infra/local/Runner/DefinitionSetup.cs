using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Runner;

/// <summary>Loads the definitions of a folder, those that are asked for with another strategy.</summary>
internal static class DefinitionSetup
{
    /// <param name="folder">Where they are.</param>
    /// <param name="strategy">Strategy of all relations instead of the file's own; null for the files' own.</param>
    /// <param name="entity">Whose; null for all that can take the strategy, the others keep their own.</param>
    /// <exception cref="InvalidDefinitionException">A definition has mistakes, or the named one cannot take the strategy.</exception>
    /// <exception cref="InvalidRequestException">The named one cannot be run with the strategy.</exception>
    public static EntityCatalog Load(string folder, Strategy? strategy, string? entity)
    {
        var catalog = DefinitionLoader.LoadCatalog(folder);
        return strategy is null ? catalog : new EntityCatalog(catalog.All.Select(definition =>
            entity is null ? TryWith(definition, strategy.Value) : entity == definition.Entity ? With(definition, strategy.Value) : definition));
    }

    private static EntityDefinition With(EntityDefinition definition, Strategy strategy)
    {
        var result = DefinitionLoader.LoadText(File.ReadAllText(definition.SourceFile), definition.SourceFile, strategy);
        if (!result.IsValid) throw new InvalidDefinitionException(result.Problems);
        _ = JoinTopology.BuildTopology(result.Definitions[0]);
        return result.Definitions[0];
    }

    private static EntityDefinition TryWith(EntityDefinition definition, Strategy strategy)
    {
        // A lookup relation reads a reference table, so rows of a topic that somebody else writes would not be found.
        if (strategy == Strategy.Lookup && definition.AllRelations.Any(relation => !relation.IsFromTable)) return definition;
        try
        {
            return With(definition, strategy);
        }
        catch (EntitySyncException)
        {
            return definition;
        }
    }
}

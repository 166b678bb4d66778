using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Local.Validation;

namespace EntitySync.Local.Try;

/// <summary>A definition as <c>try</c> runs it: without functions, so lookup relations are joined as broadcast ones, which gives the same outputs.</summary>
/// <param name="Definition">No relation of it is <c>lookup</c>.</param>
/// <param name="Lookups">Names of the relations that are in the file.</param>
internal sealed record TriedDefinition(EntityDefinition Definition, ImmutableArray<string> Lookups)
{
    /// <exception cref="InvalidDataException">The definition has mistakes, and the message has a line for each; or it is no entity's.</exception>
    public static TriedDefinition Load(string file, Strategy? strategy)
    {
        var check = DefinitionCheck.Of(DefinitionLoader.Load(file, strategy));
        if (Other(check) is var (kind, name)) throw new InvalidDataException($"'{name}' in {file} is a {kind}; try runs entities. explain {file} tells what it does.");
        if (check.Definitions is not [var definition]) throw new InvalidDataException(string.Join('\n', check.Mistakes.Select(mistake => mistake.Text)));
        var lookups = definition.Relations.Where(relation => relation.Strategy == Strategy.Lookup).Select(relation => relation.Name);
        return new TriedDefinition(
            definition with { Relations = [.. definition.Relations.Select(relation => relation.Strategy == Strategy.Lookup ? relation with { Strategy = Strategy.Broadcast } : relation)] },
            [.. lookups]);
    }

    private static (string Kind, string Name)? Other(DefinitionCheck check) => check switch
    {
        { Reconciliations: [var reconciliation] } => ("reconciliation", reconciliation.Entity),
        { ReadModels: [var readModel] } => ("read model", readModel.ReadModel),
        { Feeds: [var feed] } => ("feed", feed.Feed),
        _ => null,
    };
}

using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;

namespace EntitySync.Local.Validation;

/// <summary>Definitions checked as far as can be without running them: by the loader, and by whoever would compile them at a start.</summary>
/// <param name="Definitions">Entities without mistake.</param>
/// <param name="Mistakes">All others, in the order of the files.</param>
internal sealed record DefinitionCheck(ImmutableArray<EntityDefinition> Definitions, ImmutableArray<Mistake> Mistakes)
{
    /// <summary>Reconciliations without mistake; so for the other kinds.</summary>
    public ImmutableArray<ReconciliationDefinition> Reconciliations { get; private init; } = [];

    public ImmutableArray<ReadModelDefinition> ReadModels { get; private init; } = [];

    public ImmutableArray<FeedDefinition> Feeds { get; private init; } = [];

    /// <summary>Names of all that are without mistake.</summary>
    public IEnumerable<string> Names =>
    [
        .. Definitions.Select(definition => definition.Entity),
        .. Reconciliations.Select(definition => definition.Entity),
        .. ReadModels.Select(definition => definition.ReadModel),
        .. Feeds.Select(definition => definition.Feed),
    ];

    /// <param name="paths">Files and folders.</param>
    public static DefinitionCheck Of(IEnumerable<string> paths) => Of(DefinitionLoader.LoadAll(paths));

    public static DefinitionCheck Of(DefinitionResult loaded)
    {
        var refused = loaded.Definitions.Select(definition => (definition, reason: Refusal(definition))).ToList();
        var mistakes = loaded.Problems.Select(problem => new Mistake(problem.File, problem.Line, problem.Column, problem.Path, problem.ToString()));
        var refusals = refused.Where(each => each.reason is not null).Select(each => new Mistake(each.definition.SourceFile, 1, 1, "", $"{each.definition.SourceFile}(1,1): {each.reason}"));
        return new DefinitionCheck(
            [.. refused.Where(each => each.reason is null).Select(each => each.definition)],
            [.. mistakes.Concat(refusals).OrderBy(mistake => mistake.File, StringComparer.Ordinal).ThenBy(mistake => mistake.Line).ThenBy(mistake => mistake.Column)])
        {
            Reconciliations = loaded.Reconciliations,
            ReadModels = loaded.ReadModels,
            Feeds = loaded.Feeds,
        };
    }

    /// <summary>Why the join host, or Enrich, would not start with it; null when both would.</summary>
    private static string? Refusal(EntityDefinition definition)
    {
        try
        {
            JoinTopology.BuildTopology(definition);
            if (definition.Relations.Any(relation => relation.Strategy == Strategy.Lookup)) Enricher.Compile(definition);
            return null;
        }
        catch (InvalidRequestException refusal)
        {
            return refusal.Message;
        }
    }
}

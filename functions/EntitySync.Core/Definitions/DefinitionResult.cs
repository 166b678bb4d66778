using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>What a load gave: the definitions of all files without a mistake, and every mistake of the others.</summary>
/// <param name="Definitions">Of entities.</param>
/// <param name="Problems">In the order of the files.</param>
public sealed record DefinitionResult(ImmutableArray<EntityDefinition> Definitions, ImmutableArray<DefinitionProblem> Problems)
{
    /// <summary>Of files of <c>kind: reconciliation</c>.</summary>
    public ImmutableArray<ReconciliationDefinition> Reconciliations { get; init; } = [];

    /// <summary>Of files of <c>kind: read-model</c>.</summary>
    public ImmutableArray<ReadModelDefinition> ReadModels { get; init; } = [];

    /// <summary>Of files of <c>kind: feed</c>.</summary>
    public ImmutableArray<FeedDefinition> Feeds { get; init; } = [];

    public bool IsValid => Problems.IsEmpty;
}

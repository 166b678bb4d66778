using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>What a load gave: the definitions of all files without a mistake, and every mistake of the others.</summary>
public sealed record DefinitionResult(ImmutableArray<EntityDefinition> Definitions, ImmutableArray<DefinitionProblem> Problems)
{
    public bool IsValid => Problems.IsEmpty;
}

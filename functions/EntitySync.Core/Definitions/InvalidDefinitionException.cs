using System.Collections.Immutable;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Definitions;

/// <summary>The definitions cannot be used. The message holds every problem, one a line. Do not retry: a person corrects the files.</summary>
public sealed class InvalidDefinitionException(ImmutableArray<DefinitionProblem> problems) : EntitySyncException(string.Join('\n', problems))
{
    public ImmutableArray<DefinitionProblem> Problems { get; } = problems;
}

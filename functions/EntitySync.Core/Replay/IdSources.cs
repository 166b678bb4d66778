using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Replay;

/// <summary>The id sources of this deployment by the type of their definition.</summary>
public sealed class IdSources(IReadOnlyDictionary<Type, IIdSource> byDefinition)
{
    /// <exception cref="InvalidRequestException">No source of that kind is set up.</exception>
    public IIdSource For(IdSourceDefinition definition) => byDefinition.TryGetValue(definition.GetType(), out var source)
        ? source
        : throw new InvalidRequestException($"No id source is set up for {definition.GetType().Name}.");
}

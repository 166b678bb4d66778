using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.ReadModels;

/// <summary>A definition with its readers. Immutable, thread-safe.</summary>
/// <exception cref="InvalidRequestException">The definition contradicts itself in a way that its rules refuse.</exception>
public sealed class CompiledReadModel(ReadModelDefinition definition)
{
    public ReadModelDefinition Definition { get; } = definition;
}

using System.Collections.Concurrent;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.ReadModels;

/// <summary>The definitions that versions were made with, each read and compiled when it is first asked for. Thread-safe.</summary>
/// <param name="read">Reads the text of a definition, as <see cref="ReadModelVersion.Definition"/> holds it.</param>
public sealed class CompiledReadModels(Func<string, ReadModelDefinition> read)
{
    private readonly ConcurrentDictionary<(string ReadModel, int Number, string Fingerprint), CompiledReadModel> _compiled = new();

    /// <summary>Reads texts as definition files.</summary>
    public CompiledReadModels()
        : this(ReadText)
    {
    }

    /// <summary>
    /// The definition that a version was made with. What makes no difference to its rows (<see cref="ReadModelDefinition.Keep"/>, <see cref="ReadModelDefinition.OutputTopic"/>) is as the deployed definition has
    /// it, when that one is otherwise the same.
    /// </summary>
    /// <param name="deployed">The definition of this deployment; the same for each call.</param>
    /// <param name="version">One of its versions.</param>
    /// <exception cref="InvalidRequestException">The version's text cannot be used (any more).</exception>
    public CompiledReadModel Of(ReadModelDefinition deployed, ReadModelVersion version) =>
        _compiled.TryGetValue((deployed.ReadModel, version.Number, version.Fingerprint), out var found)
            ? found
            : _compiled.GetOrAdd((deployed.ReadModel, version.Number, version.Fingerprint), _ => Compile(deployed, version));

    private static ReadModelDefinition ReadText(string text)
    {
        var result = DefinitionLoader.LoadText(text, "definition of a version");
        if (result.IsValid && result.ReadModels is [var definition]) return definition;
        throw new InvalidRequestException($"A version's definition cannot be read any more; a rebuild makes a version of the deployed one: {string.Join("; ", result.Problems)}");
    }

    private CompiledReadModel Compile(ReadModelDefinition deployed, ReadModelVersion version)
    {
        var definition = read(version.Definition);
        return new CompiledReadModel(deployed.Fingerprint == version.Fingerprint ? definition with { Keep = deployed.Keep, OutputTopic = deployed.OutputTopic } : definition);
    }
}

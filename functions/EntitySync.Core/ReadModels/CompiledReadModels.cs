using System.Collections.Concurrent;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.ReadModels;

/// <summary>The definitions that versions were made with, each read and compiled when it is first asked for. Thread-safe.</summary>
/// <param name="read">Reads the text of a definition, as <see cref="ReadModelVersion.Definition"/> holds it.</param>
public sealed class CompiledReadModels(Func<string, ReadModelDefinition> read)
{
    private readonly ConcurrentDictionary<(string ReadModel, int Number, string Fingerprint), CompiledReadModel> _compiled = new();

    public CompiledReadModel Of(string readModel, ReadModelVersion version) =>
        _compiled.GetOrAdd((readModel, version.Number, version.Fingerprint), static (_, from) => new CompiledReadModel(from.Read(from.Text)), (Read: read, Text: version.Definition));
}

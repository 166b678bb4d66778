using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>One file after its own checks.</summary>
/// <param name="Definition">Null when there are problems.</param>
/// <param name="Place">The file's root node, for positions.</param>
/// <param name="Problems">Its problems.</param>
internal sealed record LoadedFile(EntityDefinition? Definition, YamlPlace Place, ImmutableArray<DefinitionProblem> Problems)
{
    /// <summary>A file that could not be read at all.</summary>
    public static LoadedFile Failed(string file, string message, string found, string allowed, YamlMark? mark = null) =>
        new(null, default, [new DefinitionProblem(file, mark?.Line ?? 1, mark?.Column ?? 1, "", message, found, allowed)]);
}

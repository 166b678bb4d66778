using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>What <c>emit</c> may say of a definition's kind of root and strategies.</summary>
internal sealed class EmissionRules(YamlPlace file, EntityDefinition definition, ProblemList problems)
{
    public void Check()
    {
        CheckComplete(file["emit"]["complete"]);
        if (definition.Root.Kind == RootKind.Stream) RefuseMemory("an event of a stream is emitted as it comes, nothing is kept of the one before it", "root.kind stream", "root.kind table");

        // The records that a lookup relation meets come one by one, without what was emitted for their key before.
        else if (definition.Relations.FirstOrDefault(relation => relation.Strategy == Strategy.Lookup) is { } lookup)
            RefuseMemory("Enrich emits every record it enriches", $"lookup relation '{lookup.Name}'", "strategy broadcast or shuffle for all relations");
    }

    private void RefuseMemory(string why, string with, string wayOut)
    {
        if (definition.Emit.When == EmitWhen.OnChange) problems.Add(file["emit"]["when"], why, $"on-change with {with}", $"always, or {wayOut}");
        if (definition.Emit.Once) problems.Add(file["emit"]["once"], why, $"true with {with}", $"false, or {wayOut}");
    }

    private void CheckComplete(YamlPlace complete)
    {
        var names = definition.Relations.Select(relation => relation.Name).ToHashSet(StringComparer.Ordinal);
        var nested = definition.AllRelations.Select(relation => relation.Name).ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var place in complete.OneOrMore)
        {
            if (place.Text is not { } name) continue;
            if (!names.Contains(name))
                problems.AddUnknownName((YamlScalar)place.Node!, place.Path, nested.Contains(name) ? "a nested relation, and only the root's can be waited for" : "unknown relation of the root", names);
            else if (!seen.Add(name))
                problems.Add(place, "named twice", YamlScalar.Quote(name), "each relation once");
        }
    }
}

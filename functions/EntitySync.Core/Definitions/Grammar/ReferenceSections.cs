namespace EntitySync.Core.Definitions.Grammar;

/// <summary>A map of the grammar and the places where it may stand.</summary>
internal sealed record ReferenceSection(ObjectType Type, List<string> Paths)
{
    public string Title => Paths[0].Length == 0 ? "Top level" : Paths[0];
}

/// <summary>All maps with fixed keys, each once, in the order in which a reader meets them.</summary>
internal static class ReferenceSections
{
    public static IReadOnlyList<ReferenceSection> Of(ObjectType root)
    {
        var sections = new List<ReferenceSection>();
        Add(root, "", sections);
        return sections;
    }

    private static void Add(GrammarType type, string path, List<ReferenceSection> sections)
    {
        switch (type)
        {
            case ObjectType map: AddMap(map, path, sections); break;
            case RelationsType: AddMap(DefinitionGrammar.Relation, path + ".NAME", sections); break;
            case MapType map: Add(map.Value, $"{path}.{(map.Key == TextForms.RelationName ? "RELATION" : "FIELD")}", sections); break;
            case ListType list: Add(list.Item, path, sections); break;
            case EitherType either:
                foreach (var form in either.Forms) Add(form, path, sections);
                break;
        }
    }

    private static void AddMap(ObjectType map, string path, List<ReferenceSection> sections)
    {
        if (sections.Find(section => ReferenceEquals(section.Type, map)) is { } known)
        {
            if (!known.Paths.Contains(path)) known.Paths.Add(path);
            return;
        }

        sections.Add(new ReferenceSection(map, [path]));
        foreach (var key in map.Keys) Add(key.Type, path.Length == 0 ? key.Name : $"{path}.{key.Name}", sections);
    }
}

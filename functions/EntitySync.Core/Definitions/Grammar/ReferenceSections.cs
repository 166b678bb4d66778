namespace EntitySync.Core.Definitions.Grammar;

/// <summary>A map of the grammar and the places where it may stand.</summary>
/// <param name="Kind">What the headings of a kind of files begin with; empty for entities.</param>
/// <param name="Type">The map.</param>
/// <param name="Paths">The places.</param>
internal sealed record ReferenceSection(string Kind, ObjectType Type, List<string> Paths)
{
    public string Title => Kind + (Paths[0].Length > 0 ? Paths[0] : Kind.Length == 0 ? "Top level" : "top level");
}

/// <summary>All maps with fixed keys, each once, in the order in which a reader meets them.</summary>
internal static class ReferenceSections
{
    public static IReadOnlyList<ReferenceSection> Of(ObjectType root, string kind = "")
    {
        var sections = new List<ReferenceSection>();
        Add(root, kind, "", sections);
        return sections;
    }

    private static void Add(GrammarType type, string kind, string path, List<ReferenceSection> sections)
    {
        switch (type)
        {
            case ObjectType map: AddMap(map, kind, path, sections); break;
            case RelationsType: AddMap(DefinitionGrammar.Relation, kind, path + ".NAME", sections); break;
            case MapType map: Add(map.Value, kind, $"{path}.{Name(map.Key)}", sections); break;
            case ListType list: Add(list.Item, kind, path, sections); break;
            case EitherType either:
                foreach (var form in either.Forms) Add(form, kind, path, sections);
                break;
        }
    }

    private static string Name(TextType key) =>
        key == TextForms.RelationName ? "RELATION" : key == TextForms.Topic ? "TOPIC" : key == TextForms.IndexName ? "INDEX" : "FIELD";

    private static void AddMap(ObjectType map, string kind, string path, List<ReferenceSection> sections)
    {
        if (sections.Find(section => ReferenceEquals(section.Type, map)) is { } known)
        {
            if (!known.Paths.Contains(path)) known.Paths.Add(path);
            return;
        }

        sections.Add(new ReferenceSection(kind, map, [path]));
        foreach (var key in map.Keys) Add(key.Type, kind, path.Length == 0 ? key.Name : $"{path}.{key.Name}", sections);
    }
}

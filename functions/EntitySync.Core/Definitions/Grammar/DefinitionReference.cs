using System.Text;

namespace EntitySync.Core.Definitions.Grammar;

/// <summary>Writes the grammar as the page that people read (<c>infra/entities/REFERENCE.md</c>): a table for each map a definition may hold, of all kinds.</summary>
public static class DefinitionReference
{
    private const string Head = """
        # Reference of definitions

        Every key of a definition. [README.md](README.md) explains and has worked examples. This page is written from the grammar that the loader checks against
        (`functions/EntitySync.Core/Definitions/Grammar/`): change that, and run the tests once with `ENTITYSYNC_WRITE_SCHEMA=1`.

        **Bold** keys must be there. `NAME`, `FIELD`, `RELATION`, `TOPIC` and `INDEX` stand for names of yours: of a relation, of a field, of one of the relations, of a topic, of an index.
        A *path* is `sku`, `address.country` or, where several values are allowed, `lines[].sku` (`[]`: every element of the array); its names have no white space and none of `. [ ]`.
        A *field* is one such name. A *topic* has 1 to 249 of `a-z A-Z 0-9 . _ -`, the name of a *relation* 1 to 100 of `a-z A-Z 0-9 _ -`.

        Sections that begin with *Reconciliation*, *Read model* or *Feed* are of files of `kind: reconciliation`, `read-model` or `feed`, the others of entities.

        """;

    // Said in the head of the page.
    private static readonly Dictionary<GrammarType, string> Forms = new(ReferenceEqualityComparer.Instance)
    {
        [TextForms.Path] = "path", [TextForms.SinglePath] = "path without `[]`", [TextForms.Field] = "field", [TextForms.Topic] = "topic", [TextForms.RelationName] = "relation",
    };

    /// <summary>The page as Markdown, with a final line break.</summary>
    public static string Text()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        WriteAll(page, ReferenceSections.Of(DefinitionGrammar.Entity));
        WriteAll(page, ReferenceSections.Of(ReconciliationGrammar.Reconciliation, "Reconciliation: "));
        WriteAll(page, ReferenceSections.Of(ReadModelGrammar.ReadModel, "Read model: "));
        WriteAll(page, ReferenceSections.Of(FeedGrammar.Feed, "Feed: "));
        return page.ToString();
    }

    private static void WriteAll(StringBuilder page, IReadOnlyList<ReferenceSection> sections)
    {
        foreach (var section in sections) Write(page, section, sections);
    }

    private static void Write(StringBuilder page, ReferenceSection section, IReadOnlyList<ReferenceSection> sections)
    {
        page.Append("\n## ").Append(section.Title).Append("\n\n");
        if (section.Paths.Count > 1) page.Append("The same in ").AppendJoin(", ", section.Paths.Skip(1).Select(path => $"`{path}`")).Append(".\n\n");
        if (section.Type.ExactlyOne) page.Append("Exactly one of these keys.\n\n");
        if (!section.Type.AtLeastOneOf.IsDefaultOrEmpty) page.Append("At least one of ").AppendJoin(", ", section.Type.AtLeastOneOf.Select(name => $"`{name}`")).Append(".\n\n");
        if (!section.Type.ExactlyOneOf.IsDefaultOrEmpty) page.Append("Exactly one of ").AppendJoin(", ", section.Type.ExactlyOneOf.Select(name => $"`{name}`")).Append(".\n\n");
        page.Append("| key | value | default | meaning | example |\n| --- | --- | --- | --- | --- |\n");
        foreach (var key in section.Type.Keys)
        {
            page.Append("| ").Append(key.Required ? $"**`{key.Name}`**" : $"`{key.Name}`")
                .Append(" | ").Append(Value(key.Type, sections))
                .Append(" | ").Append(key.Default is { } standard ? $"`{FlowYaml.Of(standard)}`" : "")
                .Append(" | ").Append(Meaning(key))
                .Append(" | `").Append(key.Name).Append(": ").Append(FlowYaml.Of(key.Example)).Append("` |\n");
        }
    }

    private static string Meaning(GrammarKey key)
    {
        var words = (key.Type as WordType ?? (key.Type as EitherType)?.Forms.OfType<WordType>().FirstOrDefault())?.Words ?? [];
        return string.Concat(words.Select(word => $"<br>`{word.Text}`: {word.Description}.").Prepend(key.Description));
    }

    private static string Value(GrammarType type, IReadOnlyList<ReferenceSection> sections) => type switch
    {
        WordType words => string.Join(", ", words.Words.Select(word => $"`{word.Text}`")),
        FlagType => "`true`, `false`",
        ObjectType map => Link(map, sections, "a map"),
        RelationsType => Link(DefinitionGrammar.Relation, sections, "a map of names to relations"),
        MapType map => $"a map of {(map.MaxEntries is { } most ? $"1 to {most} " : "")}{Value(map.Key, sections)} to: {Value(map.Value, sections)}",
        ListType list => $"a list of 1 to {list.MaxItems}: {Value(list.Item, sections)}",
        EitherType { IsOneOrMore: true } either => string.Join(", ", either.Forms[..^1].Select(form => Value(form, sections))) + $", or a list of 1 to {((ListType)either.Forms[^1]).MaxItems} such",
        EitherType either => string.Join(", or ", either.Forms.Select(form => Value(form, sections))),
        _ => Forms.GetValueOrDefault(type, type.Allowed),
    };

    private static string Link(ObjectType type, IReadOnlyList<ReferenceSection> sections, string text) =>
        $"[{text}](#{Anchor(sections.First(section => ReferenceEquals(section.Type, type)).Title)})";

    // As GitHub makes them of headings.
    private static string Anchor(string title) =>
        string.Concat(title.ToLowerInvariant().Where(character => char.IsLetterOrDigit(character) || character is ' ' or '-')).Replace(' ', '-');
}

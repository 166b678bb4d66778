using EntitySync.Core.Definitions;

namespace EntitySync.Local.Samples;

/// <summary>A file of a sample folder and the topic its records belong to.</summary>
/// <param name="IsRoot">True for the entity's own records.</param>
/// <param name="Relation">The relation that reads the topic, the first one if there are several; null for the root's.</param>
public sealed record SampleTopic(string Topic, string File, bool IsRoot, RelationDefinition? Relation)
{
    /// <exception cref="InvalidDataException">The file or a line cannot be used; the message names file and line and the way out.</exception>
    public IEnumerable<SampleRecord> Read(EntityDefinition definition) => SampleFile.Read(File, IsRoot ? SampleKeys.OfRoot(definition) : SampleKeys.OfRelation(Relation!));
}

/// <summary>
/// A folder with sample records of an entity: <c>TOPIC.ndjson</c> for its root and relations, <c>expected.ndjson</c> with what comes out, and
/// <c>dead-letters.ndjson</c> with the records that cannot be used.
/// </summary>
public static class SampleFolder
{
    public const string Expected = "expected.ndjson";
    public const string DeadLetters = "dead-letters.ndjson";
    private const string Ending = ".ndjson";

    /// <summary>The topics of related rows in the order of the definition, then the root's. A relation may be without file: it has no rows.</summary>
    /// <exception cref="InvalidDataException">The folder or the root's file is missing, or a file belongs to no topic.</exception>
    public static IReadOnlyList<SampleTopic> Topics(EntityDefinition definition, string folder) => Topics(definition, folder, mayBeStrange: false);

    /// <param name="definition">Whose topics.</param>
    /// <param name="folder">Where the files are.</param>
    /// <param name="mayBeStrange">True to pass over files that belong to no topic.</param>
    /// <exception cref="InvalidDataException">The folder or the root's file is missing, or a file belongs to no topic.</exception>
    internal static IReadOnlyList<SampleTopic> Topics(EntityDefinition definition, string folder, bool mayBeStrange)
    {
        var names = string.Join(", ", Names(definition));
        if (!Directory.Exists(folder)) throw new InvalidDataException($"{folder} does not exist. It is to hold records of entity '{definition.Entity}': {names}.");
        var files = Directory.EnumerateFiles(folder, "*" + Ending).Select(file => Path.GetFileName(file)).ToHashSet(StringComparer.Ordinal);
        var wanted = Sources(definition).Select(source => source with { File = Path.Combine(folder, source.Topic + Ending) }).ToList();
        if (!files.Contains(definition.Root.Topic + Ending)) throw new InvalidDataException($"{Path.Combine(folder, definition.Root.Topic + Ending)} does not exist: without records of the root nothing comes out.");
        if (!mayBeStrange && Strange(definition, folder).FirstOrDefault(file => file.EndsWith(Ending, StringComparison.Ordinal)) is { } strange)
            throw new InvalidDataException($"{Path.Combine(folder, strange)} belongs to no topic of entity '{definition.Entity}': {names}, {Expected} and {DeadLetters} are read.");
        return wanted.FindAll(topic => files.Contains(topic.Topic + Ending));
    }

    /// <summary>Names of the folder's files that nobody reads.</summary>
    internal static IEnumerable<string> Strange(EntityDefinition definition, string folder) =>
        Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Except([.. Names(definition), Expected, DeadLetters]).Order(StringComparer.Ordinal);

    /// <summary>Names of the files of all topics, whether they are there or not.</summary>
    internal static IEnumerable<string> Names(EntityDefinition definition) => Sources(definition).Select(source => source.Topic + Ending);

    /// <summary>What is to come out: for a table each key's last document, null or no line for one that is deleted; for a stream every record, in any order.</summary>
    /// <exception cref="InvalidDataException">There is none, or a line cannot be used.</exception>
    public static IEnumerable<SampleRecord> ReadExpected(EntityDefinition definition, string folder) =>
        SampleFile.Read(Path.Combine(folder, Expected), SampleKeys.OfRoot(definition with { Root = definition.Root with { Format = DocumentFormat.Json } }));

    /// <summary>The values that are to be dead-lettered, in any order; none without a file.</summary>
    /// <exception cref="InvalidDataException">A line cannot be used.</exception>
    public static IEnumerable<SampleRecord> ReadDeadLetters(string folder)
    {
        var file = Path.Combine(folder, DeadLetters);
        return File.Exists(file) ? SampleFile.Read(file, SampleKeys.None) : [];
    }

    private static IEnumerable<SampleTopic> Sources(EntityDefinition definition) => definition.AllRelations
        .Where(relation => relation.From != definition.Root.Topic)
        .DistinctBy(relation => relation.From, StringComparer.Ordinal)
        .Select(relation => new SampleTopic(relation.From, "", IsRoot: false, relation))
        .Append(new SampleTopic(definition.Root.Topic, "", IsRoot: true, null));
}

using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions.Grammar;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Loads definitions and checks them whole: every mistake of every file in one pass, each with its position. Mistakes are values, never
/// exceptions; only <see cref="LoadCatalog"/> throws, for callers that cannot go on without their definitions.
/// </summary>
public static class DefinitionLoader
{
    /// <summary>Largest file, in bytes.</summary>
    public const int LargestFile = 256 * 1024;

    /// <summary>Largest file of a read model: each of its versions keeps the text, several of them in one item of a table.</summary>
    public const int LargestReadModel = 64 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Loads one file. A file that is missing, unreadable, too large or not UTF-8 is a problem like any other.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="strategy">Strategy of all relations instead of the file's own; the rules hold as if the file said so.</param>
    public static DefinitionResult Load(string file, Strategy? strategy = null) => Result([LoadOne(file, strategy)]);

    /// <summary>Loads a definition from its text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Name for messages and <c>SourceFile</c>.</param>
    /// <param name="strategy">Strategy of all relations instead of the file's own; the rules hold as if the file said so.</param>
    public static DefinitionResult LoadText(string text, string file, Strategy? strategy = null) => Result([ParseText(text, file, strategy)]);

    /// <summary>Loads files and folders together: names and topics of all of them must not meet. A file that is given twice is loaded once.</summary>
    /// <param name="paths">Files, and folders whose <c>*.yaml</c> files are meant.</param>
    public static DefinitionResult LoadAll(IEnumerable<string> paths)
    {
        var files = new List<LoadedFile>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (Directory.Exists(path)) files.AddRange(LoadFiles(path, null, seen));
            else if (seen.Add(Path.GetFullPath(path))) files.Add(LoadOne(path, null));
        }

        return Together(files);
    }

    /// <summary>Loads all <c>*.yaml</c> files right in <paramref name="folder"/>, by name, and checks them against each other: names and topics must not meet.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="strategy">Strategy of all relations instead of the files' own.</param>
    public static DefinitionResult LoadFolder(string folder, Strategy? strategy = null) => Together(LoadFiles(folder, strategy, []));

    /// <summary>Loads all entities of <paramref name="folder"/>; files of other kinds are checked with them and left out.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="strategy">Strategy of all relations instead of the files' own, to try the same definitions with each.</param>
    /// <exception cref="InvalidDefinitionException">At least one problem; the message has them all, one a line.</exception>
    public static EntityCatalog LoadCatalog(string folder, Strategy? strategy = null) => new(LoadValid(folder, strategy).Definitions);

    /// <summary>Loads all reconciliations of <paramref name="folder"/>, likewise.</summary>
    /// <param name="folder">Where they are.</param>
    /// <exception cref="InvalidDefinitionException">At least one problem, in whichever file; the message has them all, one a line.</exception>
    public static ReconciliationCatalog LoadReconciliations(string folder) => new(LoadValid(folder, null).Reconciliations);

    /// <summary>Loads all read models of <paramref name="folder"/>, likewise.</summary>
    /// <param name="folder">Where they are.</param>
    /// <exception cref="InvalidDefinitionException">At least one problem, in whichever file; the message has them all, one a line.</exception>
    public static ReadModelCatalog LoadReadModels(string folder) => new(LoadValid(folder, null).ReadModels);

    /// <summary>Loads all feeds of <paramref name="folder"/>, likewise.</summary>
    /// <param name="folder">Where they are.</param>
    /// <exception cref="InvalidDefinitionException">At least one problem, in whichever file; the message has them all, one a line.</exception>
    public static FeedCatalog LoadFeeds(string folder) => new(LoadValid(folder, null).Feeds);

    private static DefinitionResult LoadValid(string folder, Strategy? strategy)
    {
        var result = LoadFolder(folder, strategy);
        return result.IsValid ? result : throw new InvalidDefinitionException(result.Problems);
    }

    private static List<LoadedFile> LoadFiles(string folder, Strategy? strategy, HashSet<string> seen)
    {
        try
        {
            var files = Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".yaml" or ".yml").Order(StringComparer.Ordinal).ToList();
            if (files.Count == 0) return [LoadedFile.Failed(folder, "", "no *.yaml file", "at least one definition")];
            var misnamed = files.Where(file => Path.GetExtension(file) == ".yml").Select(file => LoadedFile.Failed(file, "", "the ending .yml", ".yaml"));
            return [.. misnamed, .. files.Where(file => Path.GetExtension(file) == ".yaml" && seen.Add(Path.GetFullPath(file))).Select(file => LoadOne(file, strategy))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [LoadedFile.Failed(folder, "cannot be read", exception.Message.TrimEnd('.'), "a readable folder")];
        }
    }

    private static LoadedFile LoadOne(string file, Strategy? strategy)
    {
        try
        {
            var length = new FileInfo(file).Length;
            return length > LargestFile ? TooLarge(file, length) : ParseBytes(File.ReadAllBytes(file), file, strategy);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return LoadedFile.Failed(file, "cannot be read", exception.Message.TrimEnd('.'), "a readable file");
        }
    }

    private static LoadedFile ParseBytes(byte[] bytes, string file, Strategy? strategy)
    {
        try
        {
            return ParseText(StrictUtf8.GetString(bytes), file, strategy);
        }
        catch (DecoderFallbackException exception)
        {
            var before = bytes.AsSpan(0, Math.Clamp(exception.Index, 0, bytes.Length));
            var mark = new YamlMark(before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
            return LoadedFile.Failed(file, "not UTF-8", $"byte 0x{exception.BytesUnknown?.FirstOrDefault():X2}", "UTF-8 text", mark);
        }
    }

    private static LoadedFile ParseText(string text, string file, Strategy? strategy)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > LargestFile) return TooLarge(file, bytes);

        text = text.TrimStart('\ufeff');
        var problems = new ProblemList(file, TextLines.Count(text));
        TextLines.RefuseControlCharacters(text, problems);
        if (!problems.IsEmpty || YamlReader.Read(text, problems) is not { } root) return LoadedFile.Failed(problems);

        var place = YamlPlace.Root(root);
        return FileKinds.Of(place) switch
        {
            FileKind.Reconciliation => ReadReconciliation(place, file, problems),
            FileKind.ReadModel => bytes > LargestReadModel ? TooLarge(file, bytes, LargestReadModel) : ReadReadModel(place, text, file, problems),
            FileKind.Feed => ReadFeed(place, file, problems),
            _ => ReadEntity(place, file, strategy, problems),
        };
    }

    private static LoadedFile ReadEntity(YamlPlace place, string file, Strategy? strategy, ProblemList problems)
    {
        new GrammarCheck(problems).Check(place, DefinitionGrammar.Entity);
        var definition = new DefinitionReader(strategy).Read(place, file);
        new DefinitionRules(place, definition, problems).Check();
        return problems.IsEmpty ? LoadedFile.Of(definition, place) : LoadedFile.Failed(problems);
    }

    private static LoadedFile ReadReconciliation(YamlPlace place, string file, ProblemList problems)
    {
        new GrammarCheck(problems).Check(place, ReconciliationGrammar.Reconciliation);
        var definition = ReconciliationReader.Read(place, file);
        new ReconciliationRules(place, definition, problems).Check();
        return problems.IsEmpty ? LoadedFile.Of(definition, place) : LoadedFile.Failed(problems);
    }

    private static LoadedFile ReadReadModel(YamlPlace place, string text, string file, ProblemList problems)
    {
        new GrammarCheck(problems).Check(place, ReadModelGrammar.ReadModel);
        var definition = ReadModelReader.Read(place, text, file);
        new ReadModelRules(place, definition, problems).Check();
        return problems.IsEmpty ? LoadedFile.Of(definition, place) : LoadedFile.Failed(problems);
    }

    private static LoadedFile ReadFeed(YamlPlace place, string file, ProblemList problems)
    {
        new GrammarCheck(problems).Check(place, FeedGrammar.Feed);
        return problems.IsEmpty ? LoadedFile.Of(FeedReader.Read(place, file), place) : LoadedFile.Failed(problems);
    }

    private static LoadedFile TooLarge(string file, long bytes, int largest = LargestFile) => LoadedFile.Failed(file, "too large", $"{bytes} bytes", $"at most {largest}");

    private static DefinitionResult Together(IReadOnlyCollection<LoadedFile> files)
    {
        var result = Result(files);
        return result with { Problems = [.. result.Problems, .. CatalogRules.Check(files)] };
    }

    private static DefinitionResult Result(IReadOnlyCollection<LoadedFile> files) =>
        new(OfType<EntityDefinition>(files), [.. files.SelectMany(file => file.Problems)])
        {
            Reconciliations = OfType<ReconciliationDefinition>(files),
            ReadModels = OfType<ReadModelDefinition>(files),
            Feeds = OfType<FeedDefinition>(files),
        };

    private static ImmutableArray<T> OfType<T>(IEnumerable<LoadedFile> files) => [.. files.Select(file => file.Definition).OfType<T>()];
}

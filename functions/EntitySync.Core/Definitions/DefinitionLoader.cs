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

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Loads one file. A file that is missing, unreadable, too large or not UTF-8 is a problem like any other.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="strategy">Strategy of all relations instead of the file's own; the rules hold as if the file said so.</param>
    public static DefinitionResult Load(string file, Strategy? strategy = null) => Result([LoadOne(file, strategy)]);

    /// <summary>Loads a definition from its text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="file">Name for messages and <see cref="EntityDefinition.SourceFile"/>.</param>
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

    /// <summary>Loads all entities of <paramref name="folder"/>; reconciliations are checked with them and left out.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="strategy">Strategy of all relations instead of the files' own, to try the same definitions with each.</param>
    /// <exception cref="InvalidDefinitionException">At least one problem; the message has them all, one a line.</exception>
    public static EntityCatalog LoadCatalog(string folder, Strategy? strategy = null)
    {
        var result = LoadFolder(folder, strategy);
        return result.IsValid ? new EntityCatalog(result.Definitions) : throw new InvalidDefinitionException(result.Problems);
    }

    /// <summary>Loads all reconciliations of <paramref name="folder"/>; entities are checked with them and left out.</summary>
    /// <param name="folder">Where they are.</param>
    /// <exception cref="InvalidDefinitionException">At least one problem, in whichever file; the message has them all, one a line.</exception>
    public static ReconciliationCatalog LoadReconciliations(string folder)
    {
        var result = LoadFolder(folder);
        return result.IsValid ? new ReconciliationCatalog(result.Reconciliations) : throw new InvalidDefinitionException(result.Problems);
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
        return IsReconciliation(place) ? ReadReconciliation(place, file, problems) : ReadEntity(place, file, strategy, problems);
    }

    // Whoever forgot the kind, or misspelt it, is told so, and not that all other keys are unknown.
    private static bool IsReconciliation(YamlPlace file) => file["kind"].Text switch
    {
        "reconciliation" => true,
        "entity" => false,
        _ => (file["expected"].Exists || file["arrived"].Exists) && !file["root"].Exists && !file["relations"].Exists,
    };

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

    private static LoadedFile TooLarge(string file, long bytes) => LoadedFile.Failed(file, "too large", $"{bytes} bytes", $"at most {LargestFile}");

    private static DefinitionResult Together(IReadOnlyCollection<LoadedFile> files)
    {
        var result = Result(files);
        return result with { Problems = [.. result.Problems, .. CatalogRules.Check(files)] };
    }

    private static DefinitionResult Result(IReadOnlyCollection<LoadedFile> files) =>
        new([.. files.Select(file => file.Entity).OfType<EntityDefinition>()], [.. files.SelectMany(file => file.Problems)])
        {
            Reconciliations = [.. files.Select(file => file.Reconciliation).OfType<ReconciliationDefinition>()],
        };
}

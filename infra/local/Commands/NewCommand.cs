using System.CommandLine;
using EntitySync.Core.Definitions;
using EntitySync.Local.New;
using EntitySync.Local.Runner;
using Spectre.Console;

namespace EntitySync.Local.Commands;

/// <summary><c>new</c>: writes a definition from sample records. Asks for what the options do not say when somebody is there to answer.</summary>
internal static class NewCommand
{
    private static readonly Option<string> Entity = new("--entity") { Description = "Name of the entity, such as item." };
    private static readonly Option<string> Root = new("--root") { Description = "Topic of the entity's records and a file with samples of them, one JSON object a line.", HelpName = "TOPIC=FILE" };
    private static readonly Option<string> RootKey = new("--root-key") { Description = "Field that is the entity's key, or several with commas between, instead of what the samples tell.", HelpName = "FIELD" };
    private static readonly Option<bool> Stream = new("--stream") { Description = "The records are events of their own: none replaces another." };
    private static readonly Option<string[]> Relations = new("--relation") { Description = "A relation: its name, topic and samples. stars.repo=... is a relation of the rows of stars. May be repeated.", HelpName = "NAME=TOPIC=FILE" };
    private static readonly Option<string[]> Matches = new("--match") { Description = "Fields that join a relation, instead of what the samples tell. May be repeated.", HelpName = "NAME=MATCH=KEY" };
    private static readonly Option<Strategy?> StrategyOption = LocalCommands.Strategies("Strategy of the relations; broadcast when not given.");
    private static readonly Option<string> Output = new("--output") { Description = "Topic of the joined entities; the root's with -merged when not given." };
    private static readonly Option<string> File = new("--out", "-o") { Description = "File to write; infra/entities/ENTITY.yaml when not given, - for standard output.", HelpName = "FILE" };
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite the file." };

    public static Command Build()
    {
        var command = new Command("new", "Write a definition from sample records: keys, matches and fields are inferred. Asks for what is not given.")
        {
            Entity, Root, RootKey, Stream, Relations, Matches, StrategyOption, Output, File, Force,
        };
        command.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                return Run(parsed, output, error);
            }
            catch (Exception exception) when (exception is NewException or IOException or UnauthorizedAccessException)
            {
                error.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static int Run(ParseResult parsed, TextWriter output, TextWriter error)
    {
        var options = Options(parsed);
        var file = parsed.GetValue(File) ?? Checkout.PathOf("infra", "entities", options.Entity + ".yaml");
        if (file != "-" && System.IO.File.Exists(file) && !parsed.GetValue(Force)) throw new NewException($"{file} exists already; --force overwrites it.");
        var draft = DefinitionDraft.Infer(options);
        var text = DefinitionWriter.Write(draft, SchemaFrom(file));
        var loaded = DefinitionLoader.LoadText(text, file);
        foreach (var remark in draft.Remarks) (file == "-" ? error : output).WriteLine(remark);
        if (!loaded.IsValid) return Refuse(loaded, error);
        if (file == "-")
        {
            output.Write(text);
            return 0;
        }

        System.IO.File.WriteAllText(file, text);
        output.WriteLine($"{file} is written.");
        return 0;
    }

    private static int Refuse(DefinitionResult loaded, TextWriter error)
    {
        foreach (var problem in loaded.Problems) error.WriteLine(problem);
        error.WriteLine("Nothing is written: the definition would not be valid. Give other names, or other fields with --match and --root-key.");
        return 1;
    }

    private static NewOptions Options(ParseResult parsed)
    {
        var (entity, root, relations) = (parsed.GetValue(Entity), parsed.GetValue(Root), parsed.GetValue(Relations) ?? []);
        var isAsking = entity is null || root is null || relations.Length == 0;
        if (isAsking && !(AnsiConsole.Profile.Capabilities.Interactive && !Console.IsInputRedirected))
            throw new NewException("Nobody is here to be asked: --entity, --root and at least one --relation must be given.");
        var questions = new NewQuestions(AnsiConsole.Console);
        entity ??= questions.Entity();
        var rootSample = root is null ? questions.Root() : NewOptions.ParseRoot(root);
        return new NewOptions
        {
            Entity = entity,
            Root = rootSample,
            RootKey = parsed.GetValue(RootKey)?.Split(',') ?? [],
            IsStream = parsed.GetValue(Stream),
            Relations = relations.Length == 0 ? questions.Relations() : [.. relations.Select(NewOptions.ParseRelation).OrderBy(relation => relation.Path.Count)],
            Matches = MatchesOf(parsed.GetValue(Matches) ?? []),
            Strategy = parsed.GetValue(StrategyOption) ?? (isAsking ? questions.Strategy() : Strategy.Broadcast),
            Output = parsed.GetValue(Output) ?? (isAsking ? questions.Output(rootSample.Topic + "-merged") : null),
        };
    }

    private static Dictionary<string, (IReadOnlyList<string> Match, IReadOnlyList<string> Key)> MatchesOf(string[] texts)
    {
        var matches = new Dictionary<string, (IReadOnlyList<string> Match, IReadOnlyList<string> Key)>(StringComparer.Ordinal);
        foreach (var (relation, match, key) in texts.Select(NewOptions.ParseMatch))
        {
            if (!matches.TryAdd(relation, (match, key))) throw new NewException($"--match {relation}: given twice.");
        }

        return matches;
    }

    private static string SchemaFrom(string file)
    {
        var schema = Checkout.PathOf("infra", "entities", "entity.schema.json");
        if (file == "-") return "./entity.schema.json";
        var path = Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(file))!, schema).Replace('\\', '/');
        return path.StartsWith("..", StringComparison.Ordinal) ? path : "./" + path;
    }
}

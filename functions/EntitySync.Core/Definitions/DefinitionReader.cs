using System.Collections.Immutable;
using EntitySync.Core.Definitions.Yaml;

namespace EntitySync.Core.Definitions;

/// <summary>
/// Builds the model from the nodes of a file. It reads on past mistakes, with empty values in their place, so that the rules can report
/// theirs in the same pass; the loader hands the model out only when there is no problem.
/// </summary>
/// <param name="strategy">Strategy of all relations, whatever the file says; null for the file's own.</param>
internal sealed class DefinitionReader(Strategy? strategy)
{
    /// <summary>The project of this repository that is for hooks.</summary>
    public const string DefaultHookAssembly = "EntitySync.Hooks";

    public EntityDefinition Read(YamlPlace file, string sourceFile) => new()
    {
        Entity = file["entity"].Text ?? "",
        Root = ReadRoot(file["root"]),
        Relations = ReadRelations(file["relations"], Strategy.Broadcast),
        Emit = ReadEmit(file),
        Output = new OutputDefinition(file["output"]["topic"].Text ?? ""),
        Hook = file["hook"]["type"].Text is { } type ? new HookDefinition(file["hook"]["assembly"].Text ?? DefaultHookAssembly, type) : null,
        Replay = ReadReplay(file["replay"]),
        Provision = ProvisionReader.Read(file),
        SourceFile = sourceFile,
    };

    // The records of a stream are events, and those that a lookup relation meets come one by one, without what was emitted for their key before.
    private EmitDefinition ReadEmit(YamlPlace file)
    {
        var isEach = ReadWord(file["root"]["kind"], RootKind.Table) == RootKind.Stream
            || file["relations"].Entries.Any(entry => (strategy ?? ReadWord(file["relations"][entry.Key.Text]["strategy"], Strategy.Broadcast)) == Strategy.Lookup);
        return new EmitDefinition(ReadWord(file["emit"]["when"], isEach ? EmitWhen.Always : EmitWhen.OnChange), file["emit"]["once"].IsTrue)
        {
            Complete = [.. file["emit"]["complete"].OneOrMore.Select(name => name.Text).OfType<string>()],
        };
    }

    private static RootDefinition ReadRoot(YamlPlace root) =>
        new(root["topic"].Text ?? "", ReadKey(root["key"]), ReadWord(root["kind"], RootKind.Table), ReadWord(root["format"], DocumentFormat.Json));

    private ImmutableArray<RelationDefinition> ReadRelations(YamlPlace relations, Strategy standard) =>
        [.. relations.Entries.Select(entry => ReadRelation(entry.Key.Text, relations[entry.Key.Text], standard))];

    private RelationDefinition ReadRelation(string name, YamlPlace relation, Strategy standard)
    {
        var joined = strategy ?? ReadWord(relation["strategy"], standard);
        return new RelationDefinition
        {
            Name = name,
            From = relation["from"].Text ?? "",
            Source = ReadWord(relation["source"], joined == Strategy.Lookup ? RelationSource.Table : RelationSource.Topic),
            Format = ReadWord(relation["format"], DocumentFormat.Json),
            Key = ReadKey(relation["key"]),
            Match = ReadKey(relation["match"]),
            Where = ReadWhere(relation["where"]),
            Pick = ReadPick(relation["pick"]),
            Many = relation["many"].IsTrue,
            Order = ReadPath(relation["order"]["by"]) is { } by ? new OrderDefinition(by, ReadWord(relation["order"]["direction"], OrderDirection.Ascending)) : null,
            Limit = relation["limit"].Integer,
            Set = ReadMappings(relation["set"]),
            Embed = relation["embed"].Text is { } target ? new EmbedDefinition(target, ReadMappings(relation["fields"])) : null,
            Missing = ReadMissing(relation["missing"]),
            Strategy = joined,
            Relations = ReadRelations(relation["relations"], joined),
        };
    }

    private static PickDefinition? ReadPick(YamlPlace pick)
    {
        foreach (var order in Enum.GetValues<PickOrder>())
        {
            if (ReadPath(pick[order.ToString().ToLowerInvariant()]) is { } field) return new PickDefinition(order, field);
        }

        return null;
    }

    internal static ImmutableArray<WhereCondition> ReadWhere(YamlPlace conditions) =>
    [
        .. from entry in conditions.Entries
           let field = FieldPath.TryParse(entry.Key.Text)
           where field is not null
           select new WhereCondition(field, [.. conditions[entry.Key.Text].OneOrMore.Select(value => JsonConstants.ToUtf8(value.Node!))]),
    ];

    /// <summary>Either <c>{ target: source }</c> or a list of fields that keep their names.</summary>
    internal static ImmutableArray<FieldMapping> ReadMappings(YamlPlace place)
    {
        var same = place.Items.Select(item => item.Text is { } name ? ReadMapping(name, item) : null);
        return [.. same.Concat(place.Entries.Select(entry => ReadMapping(entry.Key.Text, place[entry.Key.Text]))).OfType<FieldMapping>()];
    }

    /// <summary>The source is a path, or <c>{ from: path, default: constant }</c>.</summary>
    private static FieldMapping? ReadMapping(string target, YamlPlace source)
    {
        var path = ReadPath(source["from"].Exists ? source["from"] : source);
        return path is null ? null : new FieldMapping(target, path, source["default"].Node is { } constant ? JsonConstants.ToUtf8(constant) : null);
    }

    private static MissingRule ReadMissing(YamlPlace missing)
    {
        if (missing.Text is not null) return new MissingRule(ReadWord(missing, MissingAction.Omit), []);
        if (!missing["set"].Exists) return MissingRule.Omit;
        return new MissingRule(MissingAction.Set, [.. missing["set"].Entries.Select(entry => (entry.Key.Text, JsonConstants.ToUtf8(entry.Value)))]);
    }

    private static ReplayDefinition? ReadReplay(YamlPlace replay)
    {
        if (ReadIds(replay["ids"]) is not { } ids) return null;
        return new ReplayDefinition(ids, replay["filter"].Text, replay["pageSize"].Integer ?? 1000, replay["ratePerSecond"].Integer);
    }

    private static IdSourceDefinition? ReadIds(YamlPlace ids)
    {
        if (ids["solr"] is { Exists: true } solr)
            return new SolrIdSourceDefinition(solr["collection"].Text ?? "", solr["key"].Text ?? "", ReadMap(solr["match"], field => field.Text ?? ""));
        if (ids["dynamodb"] is not { Exists: true } table) return null;
        var indexes = ReadMap(table["indexes"], index => new DynamoDbIndexDefinition(index["index"].Text ?? "", index["attribute"].Text ?? ""));
        return new DynamoDbIdSourceDefinition(table["table"].Text ?? "", table["key"].Text ?? "", indexes, table["segments"].Integer ?? 4);
    }

    private static ImmutableSortedDictionary<string, T> ReadMap<T>(YamlPlace map, Func<YamlPlace, T> read) =>
        map.Entries.ToImmutableSortedDictionary(entry => entry.Key.Text, entry => read(map[entry.Key.Text]), StringComparer.Ordinal);

    internal static KeyDefinition ReadKey(YamlPlace place) => new([.. place.OneOrMore.Select(ReadColumn).OfType<KeyColumn>()]);

    private static KeyColumn? ReadColumn(YamlPlace column)
    {
        if (column["template"].Text is { } template) return KeyColumn.TryParseTemplate(template, ReadWord(column["case"], LetterCase.AsIs));
        return ReadPath(column) is { } path ? KeyColumn.Of(path) : null;
    }

    internal static FieldPath? ReadPath(YamlPlace place) => place.Text is { } text ? FieldPath.TryParse(text) : null;

    // Words of the grammar are the model's names in lower case, parted by hyphens.
    private static T ReadWord<T>(YamlPlace place, T standard)
        where T : struct, Enum =>
        place.Text is { } word && Enum.TryParse<T>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) ? value : standard;
}

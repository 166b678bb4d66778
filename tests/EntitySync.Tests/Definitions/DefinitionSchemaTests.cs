using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Definitions.Grammar;

namespace EntitySync.Tests.Definitions;

public sealed class DefinitionSchemaTests
{
    private static readonly string File = Path.Combine(Repository.Entities, "entity.schema.json");

    /// <summary>Each object of the schema: how to reach it in a definition, where it is in the schema, the path that messages show.</summary>
    public static TheoryData<string, string, string> Objects => new()
    {
        { "X", "", "" },
        { "topicSettings: { t: X }", "/properties/topicSettings/additionalProperties", "topicSettings.t" },
        { "root: X", "/properties/root", "root" },
        { "relations: { r: X }", "/definitions/relation", "relations.r" },
        { "relations: { r: { relations: { n: X } } }", "/definitions/relation", "relations.r.relations.n" },
        { "relations: { r: { pick: X } }", "/definitions/relation/properties/pick", "relations.r.pick" },
        { "relations: { r: { order: X } }", "/definitions/relation/properties/order", "relations.r.order" },
        { "relations: { r: { set: { f: X } } }", "/definitions/relation/properties/set/additionalProperties/anyOf/1", "relations.r.set.f" },
        { "relations: { r: { fields: { f: X } } }", "/definitions/relation/properties/fields/anyOf/1/additionalProperties/anyOf/1", "relations.r.fields.f" },
        { "relations: { r: { missing: X } }", "/definitions/relation/properties/missing/anyOf/1", "relations.r.missing" },
        { "emit: X", "/properties/emit", "emit" },
        { "hook: X", "/properties/hook", "hook" },
        { "root: { key: X }", "/properties/root/properties/key/anyOf/1", "root.key" },
        { "root: { key: [X] }", "/properties/root/properties/key/anyOf/2/items/anyOf/1", "root.key[0]" },
        { "relations: { r: { key: X } }", "/definitions/relation/properties/key/anyOf/1", "relations.r.key" },
        { "relations: { r: { key: [X] } }", "/definitions/relation/properties/key/anyOf/2/items/anyOf/1", "relations.r.key[0]" },
        { "relations: { r: { match: X } }", "/definitions/relation/properties/match/anyOf/1", "relations.r.match" },
        { "relations: { r: { match: [X] } }", "/definitions/relation/properties/match/anyOf/2/items/anyOf/1", "relations.r.match[0]" },
        { "output: X", "/properties/output", "output" },
        { "replay: X", "/properties/replay", "replay" },
        { "replay: { ids: X }", "/properties/replay/properties/ids", "replay.ids" },
        { "replay: { ids: { solr: X } }", "/properties/replay/properties/ids/properties/solr", "replay.ids.solr" },
        { "replay: { ids: { dynamodb: X } }", "/properties/replay/properties/ids/properties/dynamodb", "replay.ids.dynamodb" },
        { "replay: { ids: { dynamodb: { indexes: { r: X } } } }", "/properties/replay/properties/ids/properties/dynamodb/properties/indexes/additionalProperties", "replay.ids.dynamodb.indexes.r" },
    };

    /// <summary>Words: a definition with a wrong one, where the schema lists them, the path that messages show.</summary>
    public static TheoryData<string, string, string> WordLists => new()
    {
        { "kind: 0", "/properties/kind", "kind" },
        { "root: { kind: 0 }", "/properties/root/properties/kind", "root.kind" },
        { "root: { format: 0 }", "/properties/root/properties/format", "root.format" },
        { "relations: { r: { strategy: 0 } }", "/definitions/relation/properties/strategy", "relations.r.strategy" },
        { "relations: { r: { source: 0 } }", "/definitions/relation/properties/source", "relations.r.source" },
        { "relations: { r: { order: { direction: 0 } } }", "/definitions/relation/properties/order/properties/direction", "relations.r.order.direction" },
        { "relations: { r: { format: 0 } }", "/definitions/relation/properties/format", "relations.r.format" },
        { "relations: { r: { missing: 0 } }", "/definitions/relation/properties/missing/anyOf/0", "relations.r.missing" },
        { "root: { key: { case: 0 } }", "/properties/root/properties/key/anyOf/1/properties/case", "root.key.case" },
        { "root: { key: [{ case: 0 }] }", "/properties/root/properties/key/anyOf/2/items/anyOf/1/properties/case", "root.key[0].case" },
        { "relations: { r: { key: { case: 0 } } }", "/definitions/relation/properties/key/anyOf/1/properties/case", "relations.r.key.case" },
        { "relations: { r: { key: [{ case: 0 }] } }", "/definitions/relation/properties/key/anyOf/2/items/anyOf/1/properties/case", "relations.r.key[0].case" },
        { "relations: { r: { match: { case: 0 } } }", "/definitions/relation/properties/match/anyOf/1/properties/case", "relations.r.match.case" },
        { "relations: { r: { match: [{ case: 0 }] } }", "/definitions/relation/properties/match/anyOf/2/items/anyOf/1/properties/case", "relations.r.match[0].case" },
        { "emit: { when: 0 }", "/properties/emit/properties/when", "emit.when" },
    };

    /// <summary>With ENTITYSYNC_WRITE_SCHEMA=1 in the environment the test writes the file instead of comparing it.</summary>
    [Fact]
    public void SchemaFile_IsWhatTheGrammarSays()
    {
        if (Environment.GetEnvironmentVariable("ENTITYSYNC_WRITE_SCHEMA") == "1") System.IO.File.WriteAllText(File, DefinitionSchema.Text());

        System.IO.File.ReadAllText(File).ShouldBe(DefinitionSchema.Text(), "the grammar changed: run this test once with ENTITYSYNC_WRITE_SCHEMA=1");
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void KeysOfTheLoader_AreTheSchemasProperties(string definition, string at, string path)
    {
        var schema = At(at);
        var properties = schema["properties"]!.AsObject().Select(property => property.Key).ToList();
        var problems = DefinitionLoader.LoadText(definition.Replace("X", "{ zzzzzz: 1 }", StringComparison.Ordinal), "x.yaml").Problems;

        problems.Single(problem => problem.Path == Join(path, "zzzzzz")).Allowed.ShouldBe(string.Join(", ", properties));
        problems.Where(problem => problem.Message == "required key is missing" && Parent(problem.Path) == path).Select(problem => problem.Path).Order()
            .ShouldBe((schema["required"]?.AsArray() ?? []).Select(name => Join(path, (string)name!)).Order());
        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void PropertiesOfTheSchema_AreKnownToTheLoader(string definition, string at, string path)
    {
        var properties = At(at)["properties"]!.AsObject().Select(property => property.Key).ToList();
        var text = definition.Replace("X", "{ " + string.Join(", ", properties.Select(name => name + ": 0")) + " }", StringComparison.Ordinal);

        DefinitionLoader.LoadText(text, "x.yaml").Problems
            .Where(problem => problem.Message == "unknown key" && Parent(problem.Path) == path).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(WordLists))]
    public void WordsOfTheLoader_AreTheSchemasWords(string definition, string at, string path) =>
        DefinitionLoader.LoadText(definition, "x.yaml").Problems.Single(problem => problem.Path == path).Allowed.Split(" or ")[0]
            .ShouldBe(string.Join(", ", At(at)["enum"]!.AsArray().Select(word => (string)word!)));

    /// <summary>An object or word list that the two tables above forget would be compared with nothing.</summary>
    [Fact]
    public void EveryObjectAndWordListOfTheSchema_IsCompared()
    {
        var found = new List<string>();
        Walk(Schema, "", found);

        found.Order().ShouldBe(Objects.Concat<object>(WordLists).Select(row => ((TheoryDataRow<string, string, string>)row).Data.Item2).Distinct().Order());
    }

    [Fact]
    public void EveryProperty_HasADescriptionAndAFittingExample()
    {
        foreach (var (path, property) in Properties(Schema, ""))
        {
            ((string?)property["description"]).ShouldNotBeNullOrWhiteSpace(path);
            foreach (var example in property["examples"]!.AsArray()) SchemaCheck.Errors(Schema, property, example, path).ShouldBeEmpty();
            if (property.ContainsKey("default")) SchemaCheck.Errors(Schema, property, property["default"], path).ShouldBeEmpty();
        }
    }

    public static TheoryData<string> Files => [.. Directory.GetFiles(Repository.Entities, "*.yaml").Select(file => Path.GetFileName(file))];

    /// <summary>The schema that a file names in its first line.</summary>
    public static JsonObject SchemaOf(string yaml) => yaml.Split('\n')[0] switch
    {
        "# yaml-language-server: $schema=./reconciliation.schema.json" => ReconciliationSchemaTests.Schema,
        "# yaml-language-server: $schema=./read-model.schema.json" => ReadModelSchemaTests.Schema,
        "# yaml-language-server: $schema=./feed.schema.json" => FeedSchemaTests.Schema,
        _ => Schema,
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void EachDefinition_LoadsAndFitsTheSchema(string file)
    {
        var path = Path.Combine(Repository.Entities, file);

        DefinitionLoader.Load(path).Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        var yaml = System.IO.File.ReadAllText(path);
        SchemaCheck.Errors(SchemaOf(yaml), SchemaOf(yaml), SchemaCheck.ReadYaml(yaml), "").ShouldBeEmpty();
    }

    [Fact]
    public void Folder_LoadsAsCatalog() => DefinitionLoader.LoadCatalog(Repository.Entities).TryGet("item", out _).ShouldBeTrue();

    [Theory]
    [InlineData(Samples.Item)]
    [InlineData(Samples.Profile)]
    [InlineData(Samples.Order)]
    public void SampleWithEveryKey_FitsTheSchema(string yaml) => SchemaCheck.Errors(Schema, Schema, SchemaCheck.ReadYaml(yaml), "").ShouldBeEmpty();

    [Theory]
    [InlineData("strategy: lookup", "strategy: lookpu")]
    [InlineData("pageSize: 500", "pageSize: 0")]
    [InlineData("key: sku", "key: lines[].sku")]
    [InlineData("topic: items-merged", "topic: items merged")]
    [InlineData("emit:", "emits:")]
    [InlineData("  match: deliveryClasses[]", "  match: []")]
    [InlineData("min: minimumTime", "min: minimumTime\n      max: maximumTime")]
    [InlineData("once: false", "once: 1")]
    public void MistakeOfTheGrammar_IsSeenByBoth(string part, string other)
    {
        var yaml = Samples.Item.With(part, other);

        Samples.Problems(yaml).ShouldNotBeEmpty();
        SchemaCheck.Errors(Schema, Schema, SchemaCheck.ReadYaml(yaml), "").ShouldNotBeEmpty();
    }

    internal static JsonObject Schema { get; } = JsonNode.Parse(DefinitionSchema.Text())!.AsObject();

    private static JsonObject At(string at) => At(Schema, at);

    internal static JsonObject At(JsonObject schema, string at) =>
        at.Split('/').Skip(1).Aggregate((JsonNode)schema, (node, step) => node is JsonArray array ? array[int.Parse(step)]! : node[step]!).AsObject();

    internal static string Join(string path, string name) => path.Length == 0 ? name : path + "." + name;

    internal static string Parent(string path) => path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : "";

    internal static void Walk(JsonNode? node, string at, List<string> found)
    {
        if (node is JsonArray array)
        {
            for (var i = 0; i < array.Count; i++) Walk(array[i], $"{at}/{i}", found);
        }
        else if (node is JsonObject map)
        {
            if (map["properties"] is JsonObject || map["enum"] is JsonArray) found.Add(at);
            foreach (var (name, child) in map.Where(child => child.Key is not ("examples" or "default"))) Walk(child, $"{at}/{name}", found);
        }
    }

    internal static IEnumerable<(string Path, JsonObject Property)> Properties(JsonNode? node, string path)
    {
        if (node is JsonArray array) return array.SelectMany(item => Properties(item, path));
        if (node is not JsonObject map) return [];
        var own = (map["properties"] as JsonObject ?? []).Select(property => (path + "/" + property.Key, property.Value!.AsObject()));
        return own.Concat(map.Where(child => child.Key is not ("examples" or "default")).SelectMany(child => Properties(child.Value, path + "/" + child.Key)));
    }
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Definitions.Grammar;

namespace EntitySync.Tests.Definitions;

/// <summary>As <see cref="DefinitionSchemaTests"/>, for the schema of reconciliations.</summary>
public sealed class ReconciliationSchemaTests
{
    private static readonly string File = Path.Combine(Repository.Entities, "reconciliation.schema.json");

    internal static JsonObject Schema { get; } = JsonNode.Parse(DefinitionSchema.ReconciliationText())!.AsObject();

    /// <summary>Each object of the schema: how to reach it in a definition, where it is in the schema, the path that messages show.</summary>
    public static TheoryData<string, string, string> Objects => new()
    {
        { "kind: reconciliation, zzz: X", "", "" },
        { "expected: X", "/properties/expected", "expected" },
        { "expected: { key: X }", "/properties/expected/properties/key/anyOf/1", "expected.key" },
        { "expected: { key: [X] }", "/properties/expected/properties/key/anyOf/2/items/anyOf/1", "expected.key[0]" },
        { "expected: { amount: X }", "/properties/expected/properties/amount", "expected.amount" },
        { "arrived: X", "/properties/arrived", "arrived" },
        { "arrived: { key: X }", "/properties/arrived/properties/key/anyOf/1", "arrived.key" },
        { "arrived: { key: [X] }", "/properties/arrived/properties/key/anyOf/2/items/anyOf/1", "arrived.key[0]" },
        { "arrived: { amount: X }", "/properties/arrived/properties/amount", "arrived.amount" },
        { "arrived: { fields: { f: X } }", "/properties/arrived/properties/fields/anyOf/1/additionalProperties/anyOf/1", "arrived.fields.f" },
        { "deadline: X", "/properties/deadline", "deadline" },
        { "output: X", "/properties/output", "output" },
        { "overdue: X", "/properties/overdue", "overdue" },
    };

    /// <summary>Words: a definition with a wrong one, where the schema lists them, the path that messages show.</summary>
    public static TheoryData<string, string, string> WordLists => new()
    {
        { "kind: 0, expected: 0", "/properties/kind", "kind" },
        { "expected: { key: { case: 0 } }", "/properties/expected/properties/key/anyOf/1/properties/case", "expected.key.case" },
        { "expected: { key: [{ case: 0 }] }", "/properties/expected/properties/key/anyOf/2/items/anyOf/1/properties/case", "expected.key[0].case" },
        { "arrived: { key: { case: 0 } }", "/properties/arrived/properties/key/anyOf/1/properties/case", "arrived.key.case" },
        { "arrived: { key: [{ case: 0 }] }", "/properties/arrived/properties/key/anyOf/2/items/anyOf/1/properties/case", "arrived.key[0].case" },
    };

    public static TheoryData<string> AllSamples => [ReconciliationSamples.Shipping, ReconciliationSamples.Payment];

    /// <summary>With ENTITYSYNC_WRITE_SCHEMA=1 in the environment the test writes the file instead of comparing it.</summary>
    [Fact]
    public void SchemaFile_IsWhatTheGrammarSays()
    {
        if (Environment.GetEnvironmentVariable("ENTITYSYNC_WRITE_SCHEMA") == "1") System.IO.File.WriteAllText(File, DefinitionSchema.ReconciliationText());

        System.IO.File.ReadAllText(File).ShouldBe(DefinitionSchema.ReconciliationText(), "the grammar changed: run this test once with ENTITYSYNC_WRITE_SCHEMA=1");
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void KeysOfTheLoader_AreTheSchemasProperties(string definition, string at, string path)
    {
        var schema = DefinitionSchemaTests.At(Schema, at);
        var problems = Problems(definition.Replace("X", "{ zzzzzz: 1 }", StringComparison.Ordinal));

        problems.Single(problem => problem.Path == DefinitionSchemaTests.Join(path, path.Length == 0 ? "zzz" : "zzzzzz")).Allowed.ShouldBe(string.Join(", ", schema["properties"]!.AsObject().Select(property => property.Key)));
        problems.Where(problem => problem.Message == "required key is missing" && DefinitionSchemaTests.Parent(problem.Path) == path).Select(problem => problem.Path).Append("kind").Distinct().Order()
            .ShouldBe((schema["required"]?.AsArray() ?? []).Select(name => DefinitionSchemaTests.Join(path, (string)name!)).Append("kind").Distinct().Order());
        schema["additionalProperties"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Objects))]
    public void PropertiesOfTheSchema_AreKnownToTheLoader(string definition, string at, string path)
    {
        var properties = DefinitionSchemaTests.At(Schema, at)["properties"]!.AsObject().Select(property => property.Key).Where(name => name != "kind");
        var text = string.Join(", ", properties.Select(name => name + ": 0"));

        Problems(path.Length == 0 ? "kind: reconciliation, " + text : definition.Replace("X", $"{{ {text} }}", StringComparison.Ordinal))
            .Where(problem => problem.Message == "unknown key" && DefinitionSchemaTests.Parent(problem.Path) == path).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(WordLists))]
    public void WordsOfTheLoader_AreTheSchemasWords(string definition, string at, string path) =>
        Problems(definition).Single(problem => problem.Path == path).Allowed.Split(" or ")[0]
            .ShouldBe(string.Join(", ", DefinitionSchemaTests.At(Schema, at)["enum"]!.AsArray().Select(word => (string)word!)));

    /// <summary>An object or word list that the two tables above forget would be compared with nothing.</summary>
    [Fact]
    public void EveryObjectAndWordListOfTheSchema_IsCompared()
    {
        var found = new List<string>();
        DefinitionSchemaTests.Walk(Schema, "", found);

        found.Order().ShouldBe(Objects.Concat<object>(WordLists).Select(row => ((TheoryDataRow<string, string, string>)row).Data.Item2).Distinct().Order());
    }

    [Fact]
    public void EveryProperty_HasADescriptionAndAFittingExample()
    {
        foreach (var (path, property) in DefinitionSchemaTests.Properties(Schema, ""))
        {
            ((string?)property["description"]).ShouldNotBeNullOrWhiteSpace(path);
            foreach (var example in property["examples"]!.AsArray()) SchemaCheck.Errors(Schema, property, example, path).ShouldBeEmpty();
            if (property.ContainsKey("default")) SchemaCheck.Errors(Schema, property, property["default"], path).ShouldBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void SampleWithEveryKey_FitsTheSchema(string yaml) => SchemaCheck.Errors(Schema, Schema, SchemaCheck.ReadYaml(yaml), "").ShouldBeEmpty();

    [Fact]
    public void Samples_HaveEveryKey()
    {
        var keys = AllSamples.SelectMany(yaml => yaml.Data.Split('\n')).Select(line => line.TrimStart(' ', '-').Split(':')[0]).ToHashSet();

        DefinitionSchemaTests.Properties(Schema, "").Select(property => property.Path.Split('/')[^1]).Where(key => !keys.Contains(key)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("kind: reconciliation", "kind: reconcile")]
    [InlineData("kind: reconciliation\n", "")]
    [InlineData("after: P1DT12H30M", "after: 2 days")]
    [InlineData("after: P1DT12H30M", "after: P1D\n  at: dueAt")]
    [InlineData("keep: P90D", "keep: P90")]
    [InlineData("element: product.id", "element: products[].id")]
    [InlineData("  elements: products[].id\n", "")]
    [InlineData("elements: products[].id", "elements: products[].id\n  amount: { value: total }")]
    [InlineData("topic: shipping", "topic: shipping ")]
    [InlineData("name: manufactured products", "name: \"manufactured\\nproducts\"")]
    [InlineData("entity: order-shipping", "entity: order shipping")]
    public void MistakeOfTheGrammar_IsSeenByBoth(string part, string other)
    {
        var yaml = ReconciliationSamples.Shipping.With(part, other.EndsWith(' ') ? other.Replace("shipping ", "\"shipping \"", StringComparison.Ordinal) : other);

        ReconciliationSamples.Problems(yaml).ShouldNotBeEmpty();
        SchemaCheck.Errors(Schema, Schema, SchemaCheck.ReadYaml(yaml), "").ShouldNotBeEmpty();
    }

    // As one line of flow YAML; the kind comes with the first key, so that a part of a file is taken for what it is.
    private static ImmutableArray<DefinitionProblem> Problems(string content) =>
        DefinitionLoader.LoadText("{ " + (content.StartsWith("kind:", StringComparison.Ordinal) ? "" : "kind: reconciliation, ") + content + " }", "x.yaml").Problems;
}

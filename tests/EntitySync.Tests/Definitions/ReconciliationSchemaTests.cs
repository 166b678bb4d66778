using System.Text.Json.Nodes;
using EntitySync.Core.Definitions.Grammar;

namespace EntitySync.Tests.Definitions;

/// <summary>As <see cref="DefinitionSchemaTests"/>, for the schema of reconciliations.</summary>
public sealed class ReconciliationSchemaTests
{
    private static readonly SchemaComparison Comparison = new("reconciliation", "reconciliation.schema.json", DefinitionSchema.ReconciliationText());

    internal static JsonObject Schema => Comparison.Schema;

    /// <summary>Each object of the schema: how to reach it in a definition, where it is in the schema, the path that messages show.</summary>
    public static TheoryData<string, string, string> Objects => new()
    {
        { "kind: reconciliation, zzz: X", "", "" },
        { "topicSettings: { t: X }", "/properties/topicSettings/additionalProperties", "topicSettings.t" },
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
    public void SchemaFile_IsWhatTheGrammarSays() => Comparison.CompareFile();

    [Theory]
    [MemberData(nameof(Objects))]
    public void KeysOfTheLoader_AreTheSchemasProperties(string definition, string at, string path) => Comparison.CompareKeys(definition, at, path);

    [Theory]
    [MemberData(nameof(Objects))]
    public void PropertiesOfTheSchema_AreKnownToTheLoader(string definition, string at, string path) => Comparison.CompareProperties(definition, at, path);

    [Theory]
    [MemberData(nameof(WordLists))]
    public void WordsOfTheLoader_AreTheSchemasWords(string definition, string at, string path) => Comparison.CompareWords(definition, at, path);

    /// <summary>An object or word list that the two tables above forget would be compared with nothing.</summary>
    [Fact]
    public void EveryObjectAndWordListOfTheSchema_IsCompared() => Comparison.CheckThatAllAreIn(Objects, WordLists);

    [Fact]
    public void EveryProperty_HasADescriptionAndAFittingExample() => Comparison.CheckDescriptions();

    [Theory]
    [MemberData(nameof(AllSamples))]
    public void SampleWithEveryKey_FitsTheSchema(string yaml) => Comparison.Errors(yaml).ShouldBeEmpty();

    [Fact]
    public void Samples_HaveEveryKey() => Comparison.CheckThatSamplesHaveEveryKey(AllSamples);

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
        Comparison.Errors(yaml).ShouldNotBeEmpty();
    }
}

using System.Text.Json.Nodes;
using EntitySync.Core.Definitions.Grammar;

namespace EntitySync.Tests.Definitions;

/// <summary>As <see cref="DefinitionSchemaTests"/>, for the schema of read models.</summary>
public sealed class ReadModelSchemaTests
{
    private const string Topic = "/properties/topics/additionalProperties";
    private const string Event = Topic + "/properties/events/items";
    private const string Element = Event + "/properties/append/additionalProperties/anyOf/1";

    private const string Provisioned = """
        kind: read-model
        readModel: sales
        topics: { sold: { key: day, events: [{ increment: { pieces: 1 } }] } }
        partitions: 6
        topicSettings:
          sold:
            partitions: 12
            retention: P30D

        """;

    private static readonly SchemaComparison Comparison = new("read-model", "read-model.schema.json", DefinitionSchema.ReadModelText());

    internal static JsonObject Schema => Comparison.Schema;

    /// <summary>Each object of the schema: how to reach it in a definition, where it is in the schema, the path that messages show.</summary>
    public static TheoryData<string, string, string> Objects => new()
    {
        { "kind: read-model, zzz: X", "", "" },
        { "topicSettings: { t: X }", "/properties/topicSettings/additionalProperties", "topicSettings.t" },
        { "topics: { t: X }", Topic, "topics.t" },
        { "topics: { t: { key: X } }", Topic + "/properties/key/anyOf/1", "topics.t.key" },
        { "topics: { t: { key: [X] } }", Topic + "/properties/key/anyOf/2/items/anyOf/1", "topics.t.key[0]" },
        { "topics: { t: { events: [X] } }", Event, "topics.t.events[0]" },
        { "topics: { t: { events: [{ replace: { f: X } }] } }", Event + "/properties/replace/additionalProperties/anyOf/1", "topics.t.events[0].replace.f" },
        { "topics: { t: { events: [{ set: { f: X } }] } }", Event + "/properties/set/additionalProperties/anyOf/1", "topics.t.events[0].set.f" },
        { "topics: { t: { events: [{ increment: { f: X } }] } }", Event + "/properties/increment/additionalProperties/anyOf/2", "topics.t.events[0].increment.f" },
        { "topics: { t: { events: [{ append: { f: X } }] } }", Element, "topics.t.events[0].append.f" },
        { "topics: { t: { events: [{ append: { f: { fields: { g: X } } } }] } }", Element + "/properties/fields/anyOf/1/additionalProperties/anyOf/1", "topics.t.events[0].append.f.fields.g" },
        { "indexes: { abc: X }", "/properties/indexes/additionalProperties", "indexes.abc" },
        { "indexes: { abc: { sort: X } }", "/properties/indexes/additionalProperties/properties/sort/anyOf/1", "indexes.abc.sort" },
        { "output: X", "/properties/output", "output" },
    };

    /// <summary>Words: a definition with a wrong one, where the schema lists them, the path that messages show.</summary>
    public static TheoryData<string, string, string> WordLists => new()
    {
        { "kind: 0, readModel: x", "/properties/kind", "kind" },
        { "topics: { t: { tombstones: 0 } }", Topic + "/properties/tombstones", "topics.t.tombstones" },
        { "topics: { t: { key: { case: 0 } } }", Topic + "/properties/key/anyOf/1/properties/case", "topics.t.key.case" },
        { "topics: { t: { key: [{ case: 0 }] } }", Topic + "/properties/key/anyOf/2/items/anyOf/1/properties/case", "topics.t.key[0].case" },
    };

    public static TheoryData<string> AllSamples => [ReadModelSamples.Orders, ReadModelSamples.WithIds, Provisioned];

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
    [InlineData("kind: read-model", "kind: readmodel")]
    [InlineData("readModel: orders-search", "readModel: orders search")]
    [InlineData("time: meta.at", "time: meta[].at")]
    [InlineData("tombstones: delete", "tombstones: true")]
    [InlineData("payments: 1", "payments: true")]
    [InlineData("limit: 50", "limit: 1001")]
    [InlineData("from: tag", "field: tag")]
    [InlineData("value: Placed", "value: Placed\n            from: status")]
    [InlineData("  byStatus:", "  by:")]
    [InlineData("[Placed, Processed, Shipped]", "[]")]
    [InlineData("keep: P90D", "keep: 90 days")]
    [InlineData("events:\n      - increment:", "events:\n      - incremented:")]
    public void MistakeOfTheGrammar_IsSeenByBoth(string part, string other)
    {
        var yaml = ReadModelSamples.Orders.With(part, other);

        ReadModelSamples.Problems(yaml).ShouldNotBeEmpty();
        Comparison.Errors(yaml).ShouldNotBeEmpty();
    }
}

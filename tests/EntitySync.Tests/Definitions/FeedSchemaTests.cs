using System.Text.Json.Nodes;
using EntitySync.Core.Definitions.Grammar;

namespace EntitySync.Tests.Definitions;

/// <summary>As <see cref="DefinitionSchemaTests"/>, for the schema of feeds.</summary>
public sealed class FeedSchemaTests
{
    private static readonly SchemaComparison Comparison = new("feed", "feed.schema.json", DefinitionSchema.FeedText());

    internal static JsonObject Schema => Comparison.Schema;

    /// <summary>With ENTITYSYNC_WRITE_SCHEMA=1 in the environment the test writes the file instead of comparing it.</summary>
    [Fact]
    public void SchemaFile_IsWhatTheGrammarSays() => Comparison.CompareFile();

    [Fact]
    public void KeysOfTheLoader_AreTheSchemasProperties()
    {
        Comparison.CompareKeys("kind: feed, zzz: X", "", "");
        Comparison.CompareProperties("", "", "");
        Comparison.CompareWords("kind: 0, feed: x", "/properties/kind", "kind");
        Comparison.CheckThatAllAreIn([new TheoryDataRow<string, string, string>("", "", "")], [new TheoryDataRow<string, string, string>("", "/properties/kind", "")]);
    }

    [Fact]
    public void EveryProperty_HasADescriptionAndAFittingExample() => Comparison.CheckDescriptions();

    [Fact]
    public void Sample_HasEveryKeyAndFitsTheSchema()
    {
        Comparison.Errors(ReadModelSamples.Feed).ShouldBeEmpty();
        Comparison.CheckThatSamplesHaveEveryKey([ReadModelSamples.Feed]);
    }

    [Theory]
    [InlineData("pageSize: 250", "pageSize: 0")]
    [InlineData("pageSize: 250", "pageSize: 1001")]
    [InlineData("feed: items", "feed: items/new")]
    [InlineData("feed: items\n", "")]
    [InlineData("title: All items", "titel: All items")]
    public void MistakeOfTheGrammar_IsSeenByBoth(string part, string other)
    {
        var yaml = ReadModelSamples.Feed.With(part, other);

        ReadModelSamples.Problems(yaml).ShouldNotBeEmpty();
        Comparison.Errors(yaml).ShouldNotBeEmpty();
    }
}

namespace EntitySync.Core.Definitions.Grammar;

/// <summary>What a file of <c>kind: feed</c> may say.</summary>
internal static class FeedGrammar
{
    public const int UsualPageSize = 100;

    public static ObjectType Feed { get; } = new(
    [
        new("kind", DefinitionGrammar.Words(("feed", "a topic that is served as an Atom feed")), "What the file defines.", "\"feed\"", Required: true),
        new("feed", TextForms.FeedName, "Name of the feed, in its address: GET /feeds/items-merged.", "\"items-merged\"", Required: true),
        new("topic", TextForms.Topic, "The topic that is served. Without it the one that is called as the feed is.", "\"items-merged\""),
        new("title", TextForms.Phrase, "Title for people. Without it the feed's name.", "\"Items with their delivery times\""),
        new("pageSize", new IntegerType(1, 1_000), "Entries of an archive page. Pages that are full already keep theirs.", "100", Default: "100"),
    ]);
}

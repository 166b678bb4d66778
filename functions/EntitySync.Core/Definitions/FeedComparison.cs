using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>Tells what a changed definition means for the pages of a feed, which are recorded under its name and never change.</summary>
public static class FeedComparison
{
    public static ImmutableArray<ViewComparison> CompareAll(IEnumerable<FeedDefinition> before, IEnumerable<FeedDefinition> now) =>
        ViewComparison.Of(before, now, definition => definition.Feed, Compare);

    public static ImmutableArray<DefinitionChange> Compare(FeedDefinition before, FeedDefinition now) =>
    [
        .. Change(ChangeSeverity.Incompatible, "topic", before.Topic, now.Topic, "The full pages that are recorded divide the other topic; give the feed another name"),
        .. Change(ChangeSeverity.Compatible, "title", before.Title, now.Title, "Caches go on with the full pages they have, under the former title"),
        .. Change(
            ChangeSeverity.Compatible,
            "pageSize",
            $"{before.PageSize}",
            $"{now.PageSize}",
            $"Pages that are full keep their entries and addresses; those filled from now on have {now.PageSize} entries or a few more"),
    ];

    private static IEnumerable<DefinitionChange> Change(ChangeSeverity severity, string path, string was, string isNow, string advice) =>
        was == isNow ? [] : [new DefinitionChange(severity, path, $"was '{was}', is '{isNow}'", advice)];
}

using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>What became of one read model or feed between two sets of definitions.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">Whether it was there.</param>
/// <param name="Now">Whether it is there.</param>
/// <param name="Changes">In the order of the definition; empty when nothing has changed, or there is nothing to compare.</param>
public sealed record ViewComparison(string Name, bool Before, bool Now, ImmutableArray<DefinitionChange> Changes)
{
    /// <summary>The worst of its changes.</summary>
    public ChangeSeverity Severity => Changes.IsEmpty ? ChangeSeverity.Compatible : Changes.Max(change => change.Severity);

    /// <summary>Pairs two sets by name.</summary>
    internal static ImmutableArray<ViewComparison> Of<T>(IEnumerable<T> before, IEnumerable<T> now, Func<T, string> name, Func<T, T, ImmutableArray<DefinitionChange>> compare)
        where T : class
    {
        var (old, current) = (before.ToDictionary(name, StringComparer.Ordinal), now.ToDictionary(name, StringComparer.Ordinal));
        return
        [
            .. from each in old.Keys.Union(current.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
               let was = old.GetValueOrDefault(each)
               let isNow = current.GetValueOrDefault(each)
               select new ViewComparison(each, was is not null, isNow is not null, was is null || isNow is null ? [] : compare(was, isNow)),
        ];
    }
}

/// <summary>Tells whether the rows of a read model can be kept under a changed definition. A rebuild is needed exactly when the fingerprints differ.</summary>
public static class ReadModelComparison
{
    public static ImmutableArray<ViewComparison> CompareAll(IEnumerable<ReadModelDefinition> before, IEnumerable<ReadModelDefinition> now) =>
        ViewComparison.Of(before, now, definition => definition.ReadModel, Compare);

    /// <summary>What starts the rebuild: input of the state machine.</summary>
    public static string RebuildInput(string readModel) => $$"""{"readModel":"{{readModel}}"}""";

    /// <summary>All differences.</summary>
    public static ImmutableArray<DefinitionChange> Compare(ReadModelDefinition before, ReadModelDefinition now)
    {
        var isRebuilt = before.Fingerprint != now.Fingerprint;
        var old = ReadModelEntries.Of(before).ToDictionary(entry => entry.Path, StringComparer.Ordinal);
        var current = ReadModelEntries.Of(now).ToList();
        var paths = current.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        var changed = current.Where(entry => old.GetValueOrDefault(entry.Path).Text is var was && (was ?? "") != entry.Text).Select(entry => Change(entry, old.GetValueOrDefault(entry.Path).Text ?? "", entry.Text, isRebuilt));
        var gone = old.Values.Where(entry => !paths.Contains(entry.Path) && entry.Text.Length > 0).Select(entry => Change(entry, entry.Text, "", isRebuilt));
        return [.. changed, .. gone];
    }

    private static DefinitionChange Change(in DefinitionEntry entry, string was, string isNow, bool isRebuilt)
    {
        var text = $"was {Shown(was)}, is {Shown(isNow)}";
        return entry.Name switch
        {
            "keep" or "output" when entry.Owner.Length == 0 => new(ChangeSeverity.Compatible, entry.Path, text, isRebuilt ? "It holds from the rebuild on: a version keeps to the definition it was made with" : "It holds for what is written from now on"),
            _ => new(ChangeSeverity.NeedsRebuild, entry.Path, text),
        };
    }

    private static string Shown(string text) => text.Length > 0 ? $"'{text}'" : "nothing";
}

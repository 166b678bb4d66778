using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Validation;

/// <summary>Says in words what the changed definitions mean for the state of those that run now.</summary>
internal static class ComparisonReport
{
    public static IEnumerable<string> Lines(Comparisons comparisons) =>
    [
        .. comparisons.Entities.SelectMany(Lines),
        .. comparisons.ReadModels.SelectMany(ReadModelLines),
        .. comparisons.Feeds.SelectMany(comparison => Changes(comparison.Changes).Prepend($"{comparison.Name}: {FeedVerdict(comparison)}")),
    ];

    public static string Verdict(EntityComparison comparison) => comparison switch
    {
        { Before: null } => "new",
        { Now: null } => "gone",
        { Changes.IsEmpty: true } => "unchanged",
        { Severity: ChangeSeverity.Compatible } => "goes on with its state",
        { Severity: ChangeSeverity.NeedsReplay } => "goes on with its state, needs a replay",
        _ => "incompatible with its state",
    };

    public static string ReadModelVerdict(ViewComparison comparison) => comparison switch
    {
        { Before: false } => "new",
        { Now: false } => "gone",
        { Changes.IsEmpty: true } => "unchanged",
        { Severity: ChangeSeverity.Compatible } => "goes on with its table",
        _ => "needs a rebuild",
    };

    public static string FeedVerdict(ViewComparison comparison) => comparison switch
    {
        { Before: false } => "new",
        { Now: false } => "gone",
        { Changes.IsEmpty: true } => "unchanged",
        { Severity: ChangeSeverity.Compatible } => "goes on with its pages",
        _ => "incompatible with its pages",
    };

    /// <summary>What a rebuild is started with; null when none is needed.</summary>
    public static string? RebuildInput(ViewComparison comparison) => comparison.Severity == ChangeSeverity.NeedsRebuild ? ReadModelComparison.RebuildInput(comparison.Name) : null;

    private static IEnumerable<string> Lines(EntityComparison comparison) =>
        Changes(comparison.Changes).Prepend($"{comparison.Entity}: {Verdict(comparison)}{(comparison.Now is null ? $" (its topics {comparison.Entity}-* can be deleted; what it has emitted stays)" : "")}");

    private static IEnumerable<string> ReadModelLines(ViewComparison comparison)
    {
        yield return $"{comparison.Name}: {ReadModelVerdict(comparison)}{(comparison.Now ? "" : $" (its tables read-model-{comparison.Name}-v* can be deleted)")}";
        foreach (var line in Changes(comparison.Changes)) yield return line;
        if (RebuildInput(comparison) is { } input)
            yield return $"  -> Once it is deployed, start the state machine rebuild-read-model with {input}; until that has switched, reads are answered as before.";
    }

    private static IEnumerable<string> Changes(IEnumerable<DefinitionChange> changes)
    {
        foreach (var change in changes)
        {
            yield return $"  {Word(change.Severity),-13} {change.Path}: {change.Text}";
            if (change.Advice.Length > 0) yield return $"  {"",-13} -> {change.Advice}.";
        }
    }

    private static string Word(ChangeSeverity severity) => severity switch
    {
        ChangeSeverity.Compatible => "compatible",
        ChangeSeverity.NeedsReplay => "replay",
        ChangeSeverity.NeedsRebuild => "rebuild",
        _ => "incompatible",
    };
}

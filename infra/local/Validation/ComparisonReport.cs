using EntitySync.Core.Definitions;

namespace EntitySync.Local.Validation;

/// <summary>Says in words what the changed definitions mean for the state of those that run now.</summary>
internal static class ComparisonReport
{
    public static IEnumerable<string> Lines(IEnumerable<EntityComparison> comparisons) => comparisons.SelectMany(Lines);

    public static string Verdict(EntityComparison comparison) => comparison switch
    {
        { Before: null } => "new",
        { Now: null } => "gone",
        { Changes.IsEmpty: true } => "unchanged",
        { Severity: ChangeSeverity.Compatible } => "goes on with its state",
        { Severity: ChangeSeverity.NeedsReplay } => "goes on with its state, needs a replay",
        _ => "incompatible with its state",
    };

    private static IEnumerable<string> Lines(EntityComparison comparison)
    {
        yield return $"{comparison.Entity}: {Verdict(comparison)}{Hint(comparison)}";
        foreach (var change in comparison.Changes)
        {
            yield return $"  {Word(change.Severity),-13} {change.Path}: {change.Text}";
            if (change.Advice.Length > 0) yield return $"  {"",-13} -> {change.Advice}.";
        }
    }

    private static string Hint(EntityComparison comparison) => comparison is { Now: null }
        ? $" (its topics {comparison.Entity}-* can be deleted; what it has emitted stays)"
        : "";

    private static string Word(ChangeSeverity severity) => severity switch
    {
        ChangeSeverity.Compatible => "compatible",
        ChangeSeverity.NeedsReplay => "replay",
        _ => "incompatible",
    };
}

using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Validation;

/// <summary>The definitions of two sets side by side. Reconciliations keep nothing that a changed definition could not go on with.</summary>
internal sealed record Comparisons(ImmutableArray<EntityComparison> Entities, ImmutableArray<ViewComparison> ReadModels, ImmutableArray<ViewComparison> Feeds)
{
    public bool IsIncompatible => Entities.Any(comparison => comparison.Severity == ChangeSeverity.Incompatible) || Feeds.Any(comparison => comparison.Severity == ChangeSeverity.Incompatible);

    /// <summary>What a file with mistakes defines is not gone.</summary>
    public static Comparisons Of(DefinitionResult before, DefinitionCheck now)
    {
        var mayBeGone = now.Mistakes.IsEmpty;
        return new Comparisons(
            [.. DefinitionComparison.CompareAll(before.Definitions, now.Definitions).Where(comparison => comparison.Now is not null || mayBeGone)],
            [.. ReadModelComparison.CompareAll(before.ReadModels, now.ReadModels).Where(comparison => comparison.Now || mayBeGone)],
            [.. FeedComparison.CompareAll(before.Feeds, now.Feeds).Where(comparison => comparison.Now || mayBeGone)]);
    }
}

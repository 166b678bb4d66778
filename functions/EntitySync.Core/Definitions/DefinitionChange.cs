using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>What a change of a definition means for the state that is kept of the one before. The greater, the worse.</summary>
public enum ChangeSeverity
{
    /// <summary>It goes on, and nothing has to be done.</summary>
    Compatible,

    /// <summary>The topology goes on; entities that do not change by themselves keep their outputs of before until a replay.</summary>
    NeedsReplay,

    /// <summary>A read model's rows would be others: its tables stay those of the definition before until a rebuild.</summary>
    NeedsRebuild,

    /// <summary>Internal topics, or positions of the join host, are those of the definition before: the outputs would be wrong; or recorded pages are of another topic.</summary>
    Incompatible,
}

/// <summary>One difference between two versions of a definition.</summary>
/// <param name="Severity">What it means for the state.</param>
/// <param name="Path">Where in the definition, e.g. <c>relations.stars.key</c>.</param>
/// <param name="Text">What was and what is.</param>
/// <param name="Advice">What to do; empty when nothing has to be done or known.</param>
public sealed record DefinitionChange(ChangeSeverity Severity, string Path, string Text, string Advice = "")
{
    /// <summary>Of an incompatible change: where the state is that stands in its way; null when that is not known.</summary>
    internal KeptState? Kept { get; init; }

    /// <summary>As one line.</summary>
    public override string ToString() => Advice.Length > 0 ? $"{Path}: {Text}. {Advice}" : $"{Path}: {Text}.";
}

/// <summary>State of another shape. When all of it is gone, nothing is in the way of the new one.</summary>
/// <param name="Topics">Internal topics that hold it.</param>
/// <param name="Positions">Topics in which the group's positions say that their records are in it.</param>
/// <param name="IsWaiting">It is events that wait in the progress topic.</param>
internal sealed record KeptState(ImmutableArray<string> Topics, ImmutableArray<string> Positions, bool IsWaiting = false);

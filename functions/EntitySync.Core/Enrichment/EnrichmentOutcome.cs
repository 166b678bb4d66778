namespace EntitySync.Core.Enrichment;

public enum EnrichmentKind
{
    /// <summary>The root is sound; <see cref="Enricher.Splice"/> needs the rows of its match keys (there may be none).</summary>
    NeedsRows,

    /// <summary>The output document was written.</summary>
    Emitted,

    /// <summary>A relation found no row and its definition says <c>missing: drop</c>, or it lacks a row that <c>emit.complete</c> asks for.</summary>
    Dropped,

    /// <summary>The record cannot be used; the reason says why. It belongs into the dead-letter topic.</summary>
    Rejected,
}

/// <summary>What became of one root record.</summary>
/// <param name="Kind">The outcome.</param>
/// <param name="Reason">For <see cref="EnrichmentKind.Rejected"/>: what was found where, in at most a few hundred characters.</param>
public readonly record struct EnrichmentOutcome(EnrichmentKind Kind, string? Reason = null)
{
    public static EnrichmentOutcome NeedsRows => new(EnrichmentKind.NeedsRows);

    public static EnrichmentOutcome Emitted => new(EnrichmentKind.Emitted);

    public static EnrichmentOutcome Dropped => new(EnrichmentKind.Dropped);

    public static EnrichmentOutcome Rejected(string reason) => new(EnrichmentKind.Rejected, reason);
}

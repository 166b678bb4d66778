using System.Collections.Immutable;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// Joins relations of one entity: root bytes and related rows in, output bytes out. Compiled once, immutable, thread-safe.
/// The functions compile it for the lookup relations, the join topology for the others.
/// Two stages, so that a batch can collect the keys of all its records before it reads rows:
/// <list type="number">
/// <item><see cref="Scan"/> reads the root once and finds its match keys and the properties to be overwritten;</item>
/// <item><see cref="Splice"/> copies the root's bytes and puts the related rows' bytes into them.</item>
/// </list>
/// Whatever the definition does not name is carried through byte by byte. A field that is replaced keeps its place, new ones follow the last property.
/// </summary>
public sealed class Enricher
{
    private readonly EnricherPlan _plan;

    private Enricher(EntityDefinition definition, EnricherPlan plan)
    {
        Definition = definition;
        _plan = plan;
    }

    public EntityDefinition Definition { get; }

    /// <summary>The relations it joins, in the order of the definition.</summary>
    public ImmutableArray<CompiledRelation> Relations => _plan.Relations;

    /// <summary>Root key, relations and target fields in the form the join topology works from.</summary>
    internal EnricherPlan Plan => _plan;

    /// <summary>For the lookup relations.</summary>
    /// <exception cref="Errors.InvalidRequestException">The definition asks for something the enricher cannot do; the message names entity and relation.</exception>
    public static Enricher Compile(EntityDefinition definition, EnrichmentLimits? limits = null) => Compile(definition, limits, isLookup: true);

    /// <summary>For the broadcast and shuffle relations.</summary>
    /// <exception cref="Errors.InvalidRequestException">The definition asks for something the enricher cannot do; the message names entity and relation.</exception>
    public static Enricher CompileJoined(EntityDefinition definition, EnrichmentLimits? limits = null) => Compile(definition, limits, isLookup: false);

    /// <summary>Stage 1.</summary>
    /// <param name="key">The record's key; the root's key field must say the same.</param>
    /// <param name="root">The document, UTF-8 JSON.</param>
    /// <param name="buffer">Takes the keys and places found.</param>
    /// <param name="scan">For stage 2, together with the same <paramref name="root"/> and <paramref name="buffer"/>.</param>
    /// <param name="hasKey">False for a record without key (stream roots); then the key field is not looked at.</param>
    /// <returns><see cref="EnrichmentKind.NeedsRows"/> or <see cref="EnrichmentKind.Rejected"/>.</returns>
    public EnrichmentOutcome Scan(ReadOnlySpan<byte> key, ReadOnlySpan<byte> root, EnrichmentBuffer buffer, out RootScan scan, bool hasKey = true)
    {
        var scanner = new RootScanner(_plan, key, hasKey, root, buffer);
        scan = scanner.Scan();
        return scanner.Problem is { } problem ? EnrichmentOutcome.Rejected(problem) : EnrichmentOutcome.NeedsRows;
    }

    /// <summary>Stage 2: appends the output document to <paramref name="buffer"/>; nothing is appended unless the outcome is <see cref="EnrichmentKind.Emitted"/>.</summary>
    public EnrichmentOutcome Splice(ReadOnlySpan<byte> root, in RootScan scan, EnrichmentBuffer buffer) => new RootSplicer(_plan, root, scan, buffer).Splice();

    private static Enricher Compile(EntityDefinition definition, EnrichmentLimits? limits, bool isLookup) =>
        new(definition, EnricherPlan.Compile(definition, limits ?? new EnrichmentLimits(), relation => relation.Strategy == Strategy.Lookup == isLookup));
}

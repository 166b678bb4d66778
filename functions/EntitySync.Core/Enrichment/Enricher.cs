using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Hooks;

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

    private readonly HookStep? _hook;

    private Enricher(EntityDefinition definition, EnricherPlan plan, HookStep? hook)
    {
        Definition = definition;
        _plan = plan;
        _hook = hook;
    }

    public EntityDefinition Definition { get; }

    /// <summary>The relations it joins, in the order of the definition.</summary>
    public ImmutableArray<CompiledRelation> Relations => _plan.Relations;

    /// <summary>Root key, relations and target fields in the form the join topology works from.</summary>
    internal EnricherPlan Plan => _plan;

    /// <summary>For the lookup relations, and the definition's hook after them.</summary>
    /// <param name="definition">What to join.</param>
    /// <param name="limits">Bounds of one document.</param>
    /// <param name="hooks">Makes the hook; null is good for a definition without one, and for whoever does not call <see cref="Splice"/>.</param>
    /// <exception cref="Errors.InvalidRequestException">The definition asks for something the enricher cannot do; the message names entity and relation.</exception>
    public static Enricher Compile(EntityDefinition definition, EnrichmentLimits? limits = null, Func<EntityDefinition, IEntityHook>? hooks = null) =>
        Compile(definition, limits, hooks, isLookup: true);

    /// <summary>For the broadcast and shuffle relations, and the definition's hook after them unless lookup relations are joined later.</summary>
    /// <param name="definition">What to join.</param>
    /// <param name="limits">Bounds of one document.</param>
    /// <param name="hooks">As for <see cref="Compile(EntityDefinition, EnrichmentLimits?, Func{EntityDefinition, IEntityHook}?)"/>.</param>
    /// <exception cref="Errors.InvalidRequestException">The definition asks for something the enricher cannot do; the message names entity and relation.</exception>
    public static Enricher CompileJoined(EntityDefinition definition, EnrichmentLimits? limits = null, Func<EntityDefinition, IEntityHook>? hooks = null) =>
        Compile(definition, limits, hooks, isLookup: false);

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
    /// <param name="key">The record's key, as for stage 1; the hook gets it.</param>
    /// <param name="root">The document.</param>
    /// <param name="scan">What stage 1 found in it.</param>
    /// <param name="buffer">The one of stage 1, with the rows of the match keys set.</param>
    /// <param name="hasKey">As for stage 1.</param>
    public EnrichmentOutcome Splice(ReadOnlySpan<byte> key, ReadOnlySpan<byte> root, in RootScan scan, EnrichmentBuffer buffer, bool hasKey = true)
    {
        var start = buffer.OutputLength;
        var outcome = new RootSplicer(_plan, root, scan, buffer).Splice();
        return _hook is null || outcome.Kind != EnrichmentKind.Emitted ? outcome : _hook.Run(key, hasKey, start, buffer);
    }

    private static Enricher Compile(EntityDefinition definition, EnrichmentLimits? limits, Func<EntityDefinition, IEntityHook>? hooks, bool isLookup)
    {
        limits ??= new EnrichmentLimits();
        var plan = EnricherPlan.Compile(definition, limits, relation => relation.Strategy == Strategy.Lookup == isLookup);
        var isLast = isLookup || definition.EmissionTopic() == definition.Output.Topic;
        return new Enricher(definition, plan, definition.Hook is not null && isLast ? new HookStep(definition, hooks?.Invoke(definition), limits) : null);
    }
}

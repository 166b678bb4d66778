using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Enrichment;

/// <summary>A top-level field of the output that a relation writes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Encoded"><c>"name":</c> as it is appended.</param>
/// <param name="Relation">Index of the relation that writes it.</param>
/// <param name="Value">Index into <see cref="PreparedRow.Values"/>; -1 when only the missing rule writes it.</param>
/// <param name="Missing">Constant of <c>missing: set</c>; null when there is none.</param>
internal sealed record TargetField(string Name, byte[] Encoded, int Relation, int Value, byte[]? Missing);

/// <summary>Relations of an entity in the form the scanner and the splicer work from. Immutable.</summary>
internal sealed class EnricherPlan
{
    private EnricherPlan(EntityDefinition definition, EnrichmentLimits limits, Func<RelationDefinition, bool> isJoined)
    {
        Limits = limits;
        HasKey = definition.Root.Key.Columns.Length > 0;
        KeyPath = definition.Root.Key.ToString();
        Relations = [.. definition.Relations.Where(isJoined).Select((relation, index) => CompiledRelation.Compile(definition, relation, index))];
        HasComplete = Relations.Any(relation => relation.IsComplete);
        Targets = [.. Relations.SelectMany(TargetsOf)];
    }

    public EnrichmentLimits Limits { get; }

    /// <summary>False when the record key is taken as it is.</summary>
    public bool HasKey { get; }

    public string KeyPath { get; }

    public ImmutableArray<CompiledRelation> Relations { get; }

    /// <summary>Keys that are put together when the document has been read.</summary>
    public ImmutableArray<ComposedKey> ComposedKeys { get; private set; } = [];

    /// <summary>Fields that <see cref="ComposedKeys"/> are made of.</summary>
    public int Slots { get; private set; }

    /// <summary>Arrays whose elements are counted for them.</summary>
    public int Counters { get; private set; }

    public ImmutableArray<TargetField> Targets { get; }

    /// <summary>True when some relation must be complete.</summary>
    public bool HasComplete { get; }

    /// <summary>Interesting properties of the document itself.</summary>
    public PropertyTable Top { get; private set; } = new();

    /// <exception cref="InvalidRequestException">The definition asks for something the enricher cannot do.</exception>
    public static EnricherPlan Compile(EntityDefinition definition, EnrichmentLimits limits, Func<RelationDefinition, bool> isJoined)
    {
        if (definition.Root.Key.IsMany) throw new InvalidRequestException($"Entity '{definition.Entity}': the root's key '{definition.Root.Key}' goes through an array.");
        var plan = new EnricherPlan(definition, limits, isJoined);
        if (plan.Targets.GroupBy(target => target.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new InvalidRequestException($"Entity '{definition.Entity}': field '{twice.Key}' is written twice.");
        }

        plan.Top = plan.BuildTree(definition);
        return plan;
    }

    private PropertyTable BuildTree(EntityDefinition definition)
    {
        var document = new PathNode("");
        var nodes = new List<PathNode>();
        var composed = new ComposedKeyTree(definition.Entity, document, nodes.Add);
        if (definition.Root.Key.Path is { } key) document.Reach(key, nodes.Add).IsRootKey = true;
        else if (HasKey) ComposedKeys = [composed.Add("the root's key", ComposedKey.RootKey, definition.Root.Key)];
        foreach (var relation in Relations)
        {
            if (relation.Definition.Match.Path is { } match) ReachMatch(document.Reach(match, nodes.Add), relation);
            else ComposedKeys = ComposedKeys.Add(composed.Add($"relation '{relation.Name}': match", relation.Index, relation.Definition.Match));
        }

        (Slots, Counters) = (composed.Slots, composed.Arrays);
        if (nodes.Find(node => node.IsContradiction) is { } contradiction)
        {
            throw new InvalidRequestException($"Entity '{definition.Entity}': '{contradiction.Path}' is used both as a value and as something to look into.");
        }

        for (var target = 0; target < Targets.Length; target++) document.Look().GetOrAdd(Targets[target].Name).Target = target;
        return document.Look();
    }

    private static void ReachMatch(PathNode node, CompiledRelation relation)
    {
        node.Relations.Add(relation.Index);
        node.IsMatch = true;
    }

    private static IEnumerable<TargetField> TargetsOf(CompiledRelation relation)
    {
        var definition = relation.Definition;
        var constants = definition.Missing.Action == MissingAction.Set
            ? definition.Missing.Constants.ToDictionary(constant => constant.Target, constant => constant.Json.ToArray())
            : [];
        var written = definition.Set.Select(mapping => mapping.Target).ToList();
        if (definition.Embed is { } embed) written.Add(embed.Target);
        return written.Select((name, value) => Target(name, value))
            .Concat(constants.Keys.Where(name => !written.Contains(name)).Select(name => Target(name, -1)))
            .ToList();

        TargetField Target(string name, int value) => new(name, PropertyName.Encode(name), relation.Index, value, constants.GetValueOrDefault(name));
    }
}

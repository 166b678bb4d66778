using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Enrichment;

/// <summary>A relation checked for what the enricher can do, with its place among the relations joined together.</summary>
public sealed class CompiledRelation
{
    private CompiledRelation(RelationDefinition definition, int index, bool isComplete)
    {
        Definition = definition;
        Index = index;
        Filter = definition.Where.IsEmpty ? null : new RowFilter(definition.Where);
        IsComplete = isComplete;
        EmbeddedNames = [.. (definition.Embed?.Fields ?? []).Select(field => PropertyName.Encode(field.Target))];
        Arrangement = definition.Order is null && definition.Limit is null ? null : new RowArrangement(definition.Order, definition.Limit);
    }

    public RelationDefinition Definition { get; }

    /// <summary>Place in <see cref="Enricher.Relations"/>; match keys name their relation by it.</summary>
    public int Index { get; }

    /// <summary>Reference table or topic of the related rows.</summary>
    public string Table => Definition.From;

    public string Name => Definition.Name;

    /// <summary>Null without <c>where</c>.</summary>
    internal RowFilter? Filter { get; }

    /// <summary>Of the embedded fields, as they stand in a document with the colon.</summary>
    internal byte[][] EmbeddedNames { get; }

    /// <summary>True when the entity is emitted only while each match value has a row (<c>emit.complete</c>).</summary>
    internal bool IsComplete { get; }

    /// <summary>Null when rows are listed as they are found, all of them.</summary>
    internal RowArrangement? Arrangement { get; }

    /// <exception cref="InvalidRequestException">The definition asks for something the enricher cannot do.</exception>
    internal static CompiledRelation Compile(EntityDefinition entity, RelationDefinition definition, int index)
    {
        if (KeyProblem(definition) is { } problem) throw Wrong(problem);
        if (definition.Relations.Length > 0) throw Wrong("has relations of its own; only the join topology follows them");
        if (definition.Many && definition.Set.Length > 0) throw Wrong("has many rows and 'set'; only 'embed' takes many");
        if (definition.Many && definition.Pick is not null) throw Wrong("has 'many' and 'pick'; they exclude each other");
        if (!definition.Many && (definition.Order is not null || definition.Limit is not null)) throw Wrong("has 'order' or 'limit' without 'many'");
        var paths = definition.Set.Concat(definition.Embed?.Fields ?? []).Select(mapping => mapping.Source).Concat(definition.Where.Select(condition => condition.Field));
        if (definition.Pick is { } pick) paths = paths.Append(pick.Field);
        if (definition.Order is { } order) paths = paths.Append(order.By);
        if (paths.FirstOrDefault(path => path.IsMany) is { } many) throw Wrong($"reads '{many}' of its row, which goes through an array");
        return new CompiledRelation(definition, index, entity.Emit.Complete.Contains(definition.Name));

        InvalidRequestException Wrong(string what) => new($"Entity '{entity.Entity}': relation '{definition.Name}' {what}.");
    }

    private static string? KeyProblem(RelationDefinition definition)
    {
        var (key, match) = (definition.Key, definition.Match);
        if (key.Columns.IsEmpty || key.Columns.Length != match.Columns.Length) return $"matches {match.Columns.Length} columns with a key of {key.Columns.Length}";
        if (definition.Strategy == Strategy.Lookup && key.Columns.Length > 1) return $"has the composite key '{key}'; a reference table is looked up by one field";
        if (definition.Strategy == Strategy.Lookup && key.Path is null) return $"has the computed key '{key}'; a reference table is looked up by a field as it stands";
        if (key.IsMany) return $"has the key '{key}', which goes through an array";
        var nodes = new List<PathNode>();
        var row = new PathNode("");
        foreach (var path in key.Paths) row.Reach(path, nodes.Add).IsRootKey = true;
        return nodes.Find(node => node.IsContradiction) is { } node ? $"uses '{node.Path}' of its row both as a value and as something to look into" : null;
    }
}

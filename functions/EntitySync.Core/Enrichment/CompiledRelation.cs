using System.Collections.Immutable;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Enrichment;

/// <summary>A relation checked for what the enricher can do, with its place among the relations joined together.</summary>
public sealed class CompiledRelation
{
    private CompiledRelation(RelationDefinition definition, int index)
    {
        Definition = definition;
        Index = index;
        Sources = [.. definition.Set.Select(mapping => mapping.Source)];
    }

    public RelationDefinition Definition { get; }

    /// <summary>Place in <see cref="Enricher.Relations"/>; match keys name their relation by it.</summary>
    public int Index { get; }

    /// <summary>Reference table or topic of the related rows.</summary>
    public string Table => Definition.From;

    public string Name => Definition.Name;

    /// <summary>Row fields of <c>set</c>, in order; the embedded value comes after them in a <see cref="PreparedRow"/>.</summary>
    internal ImmutableArray<FieldPath> Sources { get; }

    internal int EmbedIndex => Sources.Length;

    /// <exception cref="InvalidRequestException">The definition asks for something the enricher cannot do.</exception>
    internal static CompiledRelation Compile(EntityDefinition entity, RelationDefinition definition, int index)
    {
        if (definition.Key.Length != 1 || definition.Match.Length != 1) throw Wrong("has a composite key; rows are found by one key");
        if (definition.Relations.Length > 0) throw Wrong("has relations of its own; the enricher follows none");
        if (definition.Many && definition.Set.Length > 0) throw Wrong("has many rows and 'set'; only 'embed' takes many");
        if (definition.Many && definition.Pick is not null) throw Wrong("has 'many' and 'pick'; they exclude each other");
        var paths = definition.Set.Concat(definition.Embed?.Fields ?? []).Select(mapping => mapping.Source);
        if (definition.Pick is { } pick) paths = paths.Append(pick.Field);
        if (paths.FirstOrDefault(path => path.IsMany) is { } many) throw Wrong($"reads '{many}' of its row, which goes through an array");
        return new CompiledRelation(definition, index);

        InvalidRequestException Wrong(string what) => new($"Entity '{entity.Entity}': relation '{definition.Name}' {what}.");
    }
}

using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>
/// One entity as its YAML file declares it: root, relations, emission, output. Immutable; every strategy reads this one model,
/// and the loader checks it whole before anyone gets it.
/// </summary>
public sealed record EntityDefinition
{
    /// <summary>Name of the entity, e.g. <c>item</c>; prefix of its internal topics.</summary>
    public required string Entity { get; init; }

    public required RootDefinition Root { get; init; }

    /// <summary>Relations in the order of the file.</summary>
    public required ImmutableArray<RelationDefinition> Relations { get; init; }

    public EmitDefinition Emit { get; init; } = new();

    public required OutputDefinition Output { get; init; }

    /// <summary>The user's own code for the joined document; null without.</summary>
    public HookDefinition? Hook { get; init; }

    /// <summary>Where a replay gets its ids; null when the entity declares none.</summary>
    public ReplayDefinition? Replay { get; init; }

    /// <summary>How its topics are made.</summary>
    public TopicProvision Provision { get; init; } = TopicProvision.Standard;

    /// <summary>File the definition came from, for messages.</summary>
    public string SourceFile { get; init; } = "";

    /// <summary>All relations, nested ones after their parent.</summary>
    public IEnumerable<RelationDefinition> AllRelations => Relations.SelectMany(relation => relation.WithNested());
}

public enum RootKind { Table, Stream }

public enum DocumentFormat { Json, Debezium }

/// <summary>The topic that holds the entity itself.</summary>
/// <param name="Topic">Source topic.</param>
/// <param name="Key">What of the document equals the record key; of change events what the entity's key is made of.</param>
public sealed record RootDefinition(string Topic, KeyDefinition Key, RootKind Kind = RootKind.Table, DocumentFormat Format = DocumentFormat.Json);

public enum Strategy { Lookup, Broadcast, Shuffle }

/// <summary>Who owns the related rows.</summary>
public enum RelationSource
{
    /// <summary>Somebody else writes the topic.</summary>
    Topic,

    /// <summary>They are rows of a reference table, written through ReferenceApi and published to the topic of the same name.</summary>
    Table,
}

public enum PickOrder { Min, Max, First }

/// <summary>Chooses one of several related rows by a field of theirs; rows without that field do not take part. Ties go to the smallest key (ordinal, UTF-8).</summary>
public sealed record PickDefinition(PickOrder Order, FieldPath Field);

/// <summary>Only related rows whose field has one of the values count; all others are as if they were not there.</summary>
/// <param name="Field">Field of the related row.</param>
/// <param name="Values">JSON texts (UTF-8) of scalars. Numbers are equal by value; <c>null</c> also stands for an absent field.</param>
public sealed record WhereCondition(FieldPath Field, ImmutableArray<ImmutableArray<byte>> Values);

public enum OrderDirection { Ascending, Descending }

/// <summary>Arranges the rows that <c>many</c> embeds by a field of theirs. Rows without it come last in either direction, ties go by the row's key (ordinal, UTF-8).</summary>
public sealed record OrderDefinition(FieldPath By, OrderDirection Direction = OrderDirection.Ascending);

/// <summary>Writes field <paramref name="Source"/> of the related row as field <paramref name="Target"/> of the output, or of the embedded object.</summary>
/// <param name="Target">Field that is written.</param>
/// <param name="Source">Field of the related row.</param>
/// <param name="Default">JSON text (UTF-8) for a row that lacks the field or has null there; null writes null.</param>
public sealed record FieldMapping(string Target, FieldPath Source, ImmutableArray<byte>? Default = null)
{
    /// <summary>True when an embedded object lacks the field where the row does; what a nested relation left out.</summary>
    public bool IsOptional { get; init; }
}

/// <summary>Embeds related rows as an object (or, with <c>many</c>, a list) under <paramref name="Target"/>. Empty <paramref name="Fields"/> means the whole row. What nested relations write is embedded in any case.</summary>
public sealed record EmbedDefinition(string Target, ImmutableArray<FieldMapping> Fields);

/// <summary>Ties a root (or, nested, another related row) to rows that live elsewhere.</summary>
public sealed record RelationDefinition
{
    public required string Name { get; init; }

    /// <summary>Topic of the related rows and, when <see cref="IsFromTable"/>, the reference table of the same name.</summary>
    public required string From { get; init; }

    /// <summary>As the file says it; a lookup relation's rows come from a reference table in any case.</summary>
    public RelationSource Source { get; init; }

    /// <summary>How the topic's records are written; <see cref="DocumentFormat.Debezium"/> only for rows that somebody else owns.</summary>
    public DocumentFormat Format { get; init; }

    public bool IsFromTable => Source == RelationSource.Table || Strategy == Strategy.Lookup;

    /// <summary>The related row's join column, or columns of a composite key.</summary>
    public required KeyDefinition Key { get; init; }

    /// <summary>What of the parent row equals it: as many columns, in the same order.</summary>
    public required KeyDefinition Match { get; init; }

    /// <summary>Conditions that a related row must fulfil, all of them.</summary>
    public ImmutableArray<WhereCondition> Where { get; init; } = [];

    public PickDefinition? Pick { get; init; }

    public bool Many { get; init; }

    /// <summary>With <see cref="Many"/>: the order of the list. Without it rows come in the order of the match values, and of their keys.</summary>
    public OrderDefinition? Order { get; init; }

    /// <summary>With <see cref="Many"/>: most rows of the list, the first ones of the order; null for all.</summary>
    public int? Limit { get; init; }

    public ImmutableArray<FieldMapping> Set { get; init; } = [];

    public EmbedDefinition? Embed { get; init; }

    public MissingRule Missing { get; init; } = MissingRule.Omit;

    public Strategy Strategy { get; init; } = Strategy.Broadcast;

    /// <summary>Relations of the related row itself (a star embeds its repo).</summary>
    public ImmutableArray<RelationDefinition> Relations { get; init; } = [];

    /// <summary>Fields of the parent that the relation writes.</summary>
    public IEnumerable<string> Targets => Set.Select(mapping => mapping.Target).Concat(Embed is { } embed ? [embed.Target] : []);

    public IEnumerable<RelationDefinition> WithNested() => Relations.SelectMany(nested => nested.WithNested()).Prepend(this);
}

public enum MissingAction
{
    /// <summary>The target fields get the stated constants.</summary>
    Set,

    /// <summary>The target fields are left out of the output (also when the root carries fields of that name).</summary>
    Omit,

    /// <summary>The entity is not emitted; counted, not an error.</summary>
    Drop,

    /// <summary>The record goes to the dead-letter topic.</summary>
    Reject,
}

/// <summary>What happens when no related row can be used.</summary>
/// <param name="Constants">For <see cref="MissingAction.Set"/>: target field and its JSON text (UTF-8), e.g. <c>null</c>, <c>"none"</c>, <c>14</c>.</param>
public sealed record MissingRule(MissingAction Action, ImmutableArray<(string Target, ImmutableArray<byte> Json)> Constants)
{
    public static MissingRule Omit { get; } = new(MissingAction.Omit, []);
}

public enum EmitWhen
{
    /// <summary>With every update, and with every visit that changes the output.</summary>
    Always,

    /// <summary>Only when the output differs from the last one.</summary>
    OnChange,
}

/// <param name="When">On which updates the entity is emitted.</param>
/// <param name="Once">True when each entity is emitted a single time, until its root is deleted.</param>
public sealed record EmitDefinition(EmitWhen When = EmitWhen.Always, bool Once = false)
{
    /// <summary>Names of relations of the root that must have a related row for each match value before the entity is emitted.</summary>
    public ImmutableArray<string> Complete { get; init; } = [];
}

/// <summary>A class of the user's that gets each joined document before it is emitted.</summary>
/// <param name="Assembly">Simple name of the assembly.</param>
/// <param name="Type">Full name of the class.</param>
public sealed record HookDefinition(string Assembly, string Type);

public sealed record OutputDefinition(string Topic);

using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>
/// A view of one or more topics that is kept as a DynamoDB table, as a file of <c>kind: read-model</c> declares it: which events belong to which row, and what each of
/// them changes. Every version of a read model keeps the text of the definition it was made with.
/// </summary>
public sealed record ReadModelDefinition
{
    /// <summary>Name of the read model, e.g. <c>orders-search</c>; prefix of its tables and of its dead-letter topic, and what the API calls it.</summary>
    public required string ReadModel { get; init; }

    /// <summary>In the order of the file; each topic once.</summary>
    public required ImmutableArray<ReadModelTopic> Topics { get; init; }

    /// <summary>Fields that only go forward.</summary>
    public ImmutableArray<StateOrder> States { get; init; } = [];

    public ImmutableArray<ReadModelIndex> Indexes { get; init; } = [];

    /// <summary>How long the table remembers that a row was deleted, so that a late event of the time before does not bring it back.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Topic that gets each changed row, a tombstone for a deleted one; null for none.</summary>
    public string? OutputTopic { get; init; }

    /// <summary>The file's text: what a version keeps.</summary>
    public string Text { get; init; } = "";

    /// <summary>Equal for definitions that make the same rows and indexes of the same events; comments, order of keys, <see cref="Keep"/> and <see cref="OutputTopic"/> do not count.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>How its topics are made.</summary>
    public TopicProvision Provision { get; init; } = TopicProvision.Standard;

    /// <summary>File the definition came from, for messages.</summary>
    public string SourceFile { get; init; } = "";
}

/// <summary>A topic whose records are events of rows.</summary>
/// <param name="Topic">Source topic.</param>
/// <param name="Key">What of the document is the row's key.</param>
/// <param name="Time">Field with the event's time, RFC 3339 or milliseconds since 1970; null for the record's timestamp.</param>
/// <param name="Tombstones">What a record without value means.</param>
/// <param name="Events">Every one that fits is applied, in this order; when one of them deletes, only that.</param>
/// <param name="Id">What tells events apart that a producer may send twice: increments and list elements of one id in a partition count once. Null: by position only.</param>
public sealed record ReadModelTopic(string Topic, KeyDefinition Key, FieldPath? Time, TombstoneRule Tombstones, ImmutableArray<EventRule> Events, FieldPath? Id = null)
{
    /// <summary>True when some record of the topic deletes rows.</summary>
    public bool Deletes => Tombstones == TombstoneRule.Delete || Events.Any(rule => rule.Deletes);
}

public enum TombstoneRule
{
    /// <summary>Nothing is said of them: a tombstone goes to the dead letters.</summary>
    DeadLetter,

    /// <summary>The row whose key is the record's key is deleted.</summary>
    Delete,

    /// <summary>They are passed over.</summary>
    Ignore,
}

/// <summary>What events change.</summary>
/// <param name="Where">Which events: all conditions hold. Empty for every one.</param>
/// <param name="Deletes">True when the row is deleted; there are no changes then.</param>
/// <param name="Changes">Of fields, in the order of the file.</param>
public sealed record EventRule(ImmutableArray<WhereCondition> Where, bool Deletes, ImmutableArray<FieldChange> Changes);

public enum FieldChangeKind
{
    /// <summary>The field becomes what the event has; absent or null removes it.</summary>
    Replace,

    /// <summary>The field becomes what the event has; absent leaves it as it is, null sets null.</summary>
    Set,

    /// <summary>The event's number is added.</summary>
    Increment,

    /// <summary>The event's value is added to a list.</summary>
    Append,
}

/// <summary>What an event does to one field of the row.</summary>
/// <param name="Field">Top-level field of the row.</param>
/// <param name="Kind">A <see cref="FieldChangeKind.Replace"/> or <see cref="FieldChangeKind.Set"/> of a field with a <see cref="StateOrder"/> only goes forward.</param>
/// <param name="Source">Field of the event; null when <see cref="Constant"/> or <see cref="Fields"/> is the value.</param>
/// <param name="Constant">JSON text (UTF-8): the value itself, or with <see cref="Source"/> the value when the event has none.</param>
/// <param name="Fields">Of an appended object; empty otherwise.</param>
/// <param name="Limit">Of a list: most elements, the newest ones stay.</param>
public sealed record FieldChange(string Field, FieldChangeKind Kind, FieldPath? Source, ImmutableArray<byte>? Constant, ImmutableArray<FieldMapping> Fields, int Limit);

/// <summary>A field with an order of states: the row has the one that stands last in it, whichever came last.</summary>
/// <param name="Field">Top-level field of the row.</param>
/// <param name="Order">Texts; a state that is not among them is dead-lettered.</param>
public sealed record StateOrder(string Field, ImmutableArray<string> Order);

/// <summary>A list of rows by a field. Rows that lack one of its fields are not in it.</summary>
/// <param name="Name">What the API calls it.</param>
/// <param name="Key">Field whose value is asked for: text, number or boolean.</param>
/// <param name="Sort">Field that orders the rows of one value; null: by the row's key.</param>
/// <param name="SortsNumbers">True when <paramref name="Sort"/> holds numbers, false for texts.</param>
public sealed record ReadModelIndex(string Name, string Key, string? Sort, bool SortsNumbers);

using System.Collections.Immutable;

namespace EntitySync.Core.Definitions;

/// <summary>
/// What has to arrive before an entity is complete, as a file of <c>kind: reconciliation</c> declares it: one topic says what is expected (an order with its
/// products, an invoice with its amount), another brings it piece by piece, and both come in any order.
/// </summary>
public sealed record ReconciliationDefinition
{
    /// <summary>Name of the reconciliation, e.g. <c>order-shipping</c>; prefix of its dead-letter topic, and what the API calls it.</summary>
    public required string Entity { get; init; }

    public required ExpectedDefinition Expected { get; init; }

    public required ArrivedDefinition Arrived { get; init; }

    /// <summary>When an entity that is not complete is overdue; null for never.</summary>
    public DeadlineDefinition? Deadline { get; init; }

    /// <summary>How long state is kept that nothing is expected of any more: complete, cancelled or overdue, or arrived and never expected.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(30);

    public required CompletedOutput Output { get; init; }

    /// <summary>Topic of entities that are overdue; null writes none.</summary>
    public string? OverdueTopic { get; init; }

    /// <summary>How its topics are made.</summary>
    public TopicProvision Provision { get; init; } = TopicProvision.Standard;

    /// <summary>File the definition came from, for messages.</summary>
    public string SourceFile { get; init; } = "";
}

/// <summary>The topic that says what has to arrive. Exactly one of <paramref name="Elements"/> and <paramref name="Amount"/> is there.</summary>
/// <param name="Topic">Source topic; all messages of one entity are in one partition.</param>
/// <param name="Key">What of the document is the entity's id.</param>
/// <param name="Elements">Values each of which has to arrive, e.g. <c>products[].id</c>; a value that stands twice counts once.</param>
/// <param name="Amount">Amount that what arrives has to sum up to.</param>
/// <param name="Cancelled">A message that fulfils all of these takes the entity back; so does a tombstone. Empty: tombstones only.</param>
public sealed record ExpectedDefinition(string Topic, KeyDefinition Key, FieldPath? Elements, AmountDefinition? Amount, ImmutableArray<WhereCondition> Cancelled);

/// <summary>The topic that brings what is expected.</summary>
/// <param name="Topic">Source topic.</param>
/// <param name="Key">What of the document is the id of the entity it belongs to.</param>
/// <param name="Element">What tells pieces apart: of elements the value that is expected, of amounts e.g. the payment's id. One that comes again counts once.</param>
/// <param name="Amount">What the piece adds; there when the expected side has an amount.</param>
/// <param name="Fields">Fields that the output carries of each piece; empty for the whole document.</param>
/// <param name="Name">What the pieces are called in logs: <c>manufactured products</c> gives <c>1/2 manufactured products</c>.</param>
public sealed record ArrivedDefinition(string Topic, KeyDefinition Key, FieldPath Element, AmountDefinition? Amount, ImmutableArray<FieldMapping> Fields, string Name);

/// <summary>An amount of money, or of anything that is counted exactly. Digits after the point are kept: <c>12.50</c> stays <c>12.50</c>.</summary>
/// <param name="Value">A number, or a text that is one.</param>
/// <param name="Currency">Its unit; null when all amounts are of one.</param>
public sealed record AmountDefinition(FieldPath Value, FieldPath? Currency);

/// <summary>Exactly one is there.</summary>
/// <param name="After">Time after the first message that the entity was expected with (its record's timestamp).</param>
/// <param name="At">Field of the expected document with the moment itself, RFC 3339.</param>
public sealed record DeadlineDefinition(TimeSpan? After, FieldPath? At);

/// <summary>The topic of complete entities: the expected document, with what arrived.</summary>
/// <param name="Topic">Output topic, keyed by the id.</param>
/// <param name="Embed">Field of the output that lists what arrived, in the order it was expected (of amounts: of arrival); null leaves it out.</param>
public sealed record CompletedOutput(string Topic, string? Embed);

using EntitySync.Core.State;

namespace EntitySync.Core.Reconciliation;

/// <summary>
/// The table that holds one item an entity. Every call but the reads is one conditional write of one item (DynamoDB: UpdateItem), so whatever runs at the same
/// time runs one after the other here, and nobody writes back what they have read. Errors: <see cref="Errors.TransientException"/> when the same call may succeed
/// later, <see cref="ItemTooLargeException"/> when the item would outgrow the table's limit; nothing is written then.
/// </summary>
public interface IReconciliationTable
{
    /// <summary>
    /// Adds what arrived and takes the expected message over, in one write. A piece whose element is there already stays as it was; the time when the item may go is set of a new
    /// one and of one that is cancelled, and taken away of one that opens; one that opens again is not overdue yet. The write is refused as a whole when
    /// <see cref="ReconciliationUpdate.Expected"/> is not newer than the one held (see <see cref="ExpectedChange.IsNewerThan"/>), or the entity's status is not one of
    /// <see cref="ExpectedChange.From"/>.
    /// </summary>
    /// <returns>The item after the write; or, refused, as it is.</returns>
    Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken);

    /// <summary>
    /// Changes the status if the item still has <paramref name="transition"/>'s status and, where it is given, its version: nothing has been added since it was read. To
    /// <see cref="ReconciliationStatus.Overdue"/> only what is due by then. Sets the time of what it became (complete, overdue) and when the item may go.
    /// </summary>
    /// <returns>The item after the write; or, refused, as it is.</returns>
    Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken);

    /// <summary>Reads one entity, strongly consistent; null when there is none.</summary>
    Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken);

    /// <summary>Lists entities of a status by the index, the one whose time comes first in front; within each of the index's parts. Eventually consistent.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PageTokenException">The token was not given out for this entity and status.</exception>
    Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken);
}

/// <param name="IsWritten">False when a condition did not hold.</param>
/// <param name="State">The item after the write, or the one that did not fulfil the condition (null: there is none).</param>
public readonly record struct UpdateResult(bool IsWritten, ReconciliationState? State);

/// <summary>One entity's share of a batch.</summary>
/// <param name="Entity">Name of the reconciliation.</param>
/// <param name="Id">The entity's id: text of the key, at most 1,024 bytes in UTF-8.</param>
/// <param name="Expected">The newest message that says what is expected; null without.</param>
/// <param name="Arrivals">Pieces, each element once.</param>
/// <param name="Now">Time of the write.</param>
/// <param name="ExpiresAt">When the item may go as long as nothing is expected (status waiting) or, with <paramref name="Expected"/> cancelled, from now on.</param>
public sealed record ReconciliationUpdate(string Entity, string Id, ExpectedChange? Expected, IReadOnlyList<Arrival> Arrivals, DateTimeOffset Now, DateTimeOffset ExpiresAt);

/// <summary>What a message of the expected topic changes.</summary>
/// <param name="At">Where it stands.</param>
/// <param name="Timestamp">Its record's timestamp.</param>
/// <param name="Document">The message as it came; null for a tombstone.</param>
/// <param name="Status"><see cref="ReconciliationStatus.Open"/>, <see cref="ReconciliationStatus.Overdue"/> (an amendment of what is overdue) or <see cref="ReconciliationStatus.Cancelled"/>.</param>
/// <param name="DueAt">When it is overdue; null for never.</param>
/// <param name="KeepsDueAt">True when a time that the item has already stays: the deadline counts from the first message.</param>
/// <param name="From">Statuses it may follow; an entity that is not there yet always.</param>
public sealed record ExpectedChange(Position At, DateTimeOffset Timestamp, ReadOnlyMemory<byte>? Document, ReconciliationStatus Status, DateTimeOffset? DueAt, bool KeepsDueAt, IReadOnlyList<ReconciliationStatus> From)
{
    /// <summary>By offset within a partition; between partitions (a topic that got more of them, or was made anew) by time.</summary>
    public bool IsNewerThan(Position at, DateTimeOffset timestamp) => At.Partition == at.Partition ? At.Offset > at.Offset : Timestamp > timestamp;
}

/// <summary>A piece of what is expected.</summary>
/// <param name="Element">What tells it from others, at most 1,024 bytes in UTF-8.</param>
/// <param name="At">Where it stands.</param>
/// <param name="Timestamp">Its record's timestamp.</param>
/// <param name="Fields">JSON object (UTF-8) with what the output carries of it.</param>
/// <param name="Amount">What it adds; null for elements.</param>
public sealed record Arrival(string Element, Position At, DateTimeOffset Timestamp, ReadOnlyMemory<byte> Fields, Amount? Amount);

/// <summary>An exact amount; digits after the point as they were written.</summary>
public readonly record struct Amount(decimal Value, string? Currency);

public enum ReconciliationStatus
{
    /// <summary>Something arrived; nothing is expected yet.</summary>
    Waiting,

    /// <summary>Something is missing.</summary>
    Open,

    /// <summary>Something is missing and the deadline is over. It may still be completed.</summary>
    Overdue,

    /// <summary>All is there; nothing changes any more.</summary>
    Complete,

    /// <summary>Taken back by its own topic; a newer message may open it again.</summary>
    Cancelled,
}

/// <param name="From">Status that the caller has seen.</param>
/// <param name="Version">Version that the caller has seen; null when anything may have been added since.</param>
/// <param name="To">New status.</param>
/// <param name="Now">Time of the transition.</param>
/// <param name="ExpiresAt">When the item may go.</param>
public sealed record ReconciliationTransition(string Entity, string Id, ReconciliationStatus From, long? Version, ReconciliationStatus To, DateTimeOffset Now, DateTimeOffset ExpiresAt);

/// <param name="Due">Only entities whose time (see <see cref="ReconciliationState.NextAt"/>) is not after this; null for all.</param>
/// <param name="Limit">Most entities of a page.</param>
/// <param name="PageToken">Where to go on: from the page before; null for the first one.</param>
public sealed record ReconciliationQuery(string Entity, ReconciliationStatus Status, DateTimeOffset? Due, int Limit, string? PageToken);

/// <param name="Items">What the index holds of each.</param>
/// <param name="PageToken">Where to go on; null at the end.</param>
public sealed record ReconciliationPage(IReadOnlyList<ReconciliationEntry> Items, string? PageToken);

/// <param name="NextAt">As <see cref="ReconciliationState.NextAt"/>.</param>
/// <param name="Since">When the entity was first heard of.</param>
public sealed record ReconciliationEntry(string Id, DateTimeOffset Since, DateTimeOffset NextAt);

using EntitySync.Core.State;

namespace EntitySync.Core.Reconciliation;

/// <summary>One entity as its item holds it: facts only. What is missing is worked out from them and the definition.</summary>
public sealed record ReconciliationState
{
    /// <summary>Name of the reconciliation.</summary>
    public required string Entity { get; init; }

    public required string Id { get; init; }

    public required ReconciliationStatus Status { get; init; }

    /// <summary>Raised by every write.</summary>
    public required long Version { get; init; }

    /// <summary>When the entity was first heard of.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Where the newest message of the expected topic stands; null while waiting.</summary>
    public Position? ExpectedAt { get; init; }

    /// <summary>Its record's timestamp.</summary>
    public DateTimeOffset? ExpectedTimestamp { get; init; }

    /// <summary>The message; null while waiting, or after a tombstone.</summary>
    public ReadOnlyMemory<byte>? Document { get; init; }

    /// <summary>What arrived, by element (ordinal).</summary>
    public required IReadOnlyList<Arrival> Arrivals { get; init; }

    public DateTimeOffset? DueAt { get; init; }

    public DateTimeOffset? OverdueAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When time alone changes something next: the deadline of what is open, else the expiry; the far future when neither is set.</summary>
    public DateTimeOffset NextAt => (Status == ReconciliationStatus.Open ? DueAt : ExpiresAt) ?? DateTimeOffset.MaxValue;
}

/// <summary>The item would be larger than the table takes (DynamoDB: 400 KB).</summary>
public sealed class ItemTooLargeException(string message) : Exception(message);

/// <summary>A page token that the table has not given out for this list.</summary>
public sealed class PageTokenException(string message) : Exception(message);

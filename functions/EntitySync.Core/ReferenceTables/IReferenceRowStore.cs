using EntitySync.Core.State;

namespace EntitySync.Core.ReferenceTables;

/// <summary>What a conditional write compares: a row is there, with this version.</summary>
/// <param name="Version">The row's version; 0 when it has none, or one that is not a whole number from 0 to 2^53-1.</param>
/// <param name="Raw">The version as the store holds it (the store's own text); null when the row has none.</param>
public sealed record RowMark(long Version, string? Raw);

public enum StoreOutcome
{
    Done,

    /// <summary>The row is no longer as expected: read its mark again.</summary>
    Raced,

    /// <summary>The store can never hold this row (a number it cannot keep, too large).</summary>
    Refused,
}

/// <param name="Reason">Why it was refused; null otherwise.</param>
public readonly record struct StoreResult(StoreOutcome Outcome, string? Reason = null);

/// <summary>
/// Rows of reference tables, one at a time. Reads are strongly consistent; writes happen only when the row still has the mark that was read.
/// All methods throw <see cref="Errors.TransientException"/> when throttled or unreachable after retries and
/// <see cref="Errors.InvalidRequestException"/> when the table does not exist, may not be used, or holds a row that JSON cannot express.
/// </summary>
public interface IReferenceRowStore
{
    Task<RelatedRow?> ReadAsync(ReferenceTable table, string key, CancellationToken cancellationToken);

    Task<RowMark?> ReadMarkAsync(ReferenceTable table, string key, CancellationToken cancellationToken);

    /// <summary>Replaces the whole row by <paramref name="json"/> with <paramref name="version"/> if the row still has the mark <paramref name="expected"/> (null: if there still is none).</summary>
    Task<StoreResult> PutAsync(ReferenceTable table, string key, ReadOnlyMemory<byte> json, long version, RowMark? expected, CancellationToken cancellationToken);

    Task<StoreResult> DeleteAsync(ReferenceTable table, string key, RowMark expected, CancellationToken cancellationToken);
}

namespace EntitySync.Core.ReadModels;

/// <summary>
/// Rows of the versions of read models; each version has a table of its own. Errors: <see cref="Errors.TransientException"/> when the same call may succeed later,
/// <see cref="VersionGoneException"/> when the version has no table (any more).
/// </summary>
public interface IReadModelTable
{
    /// <summary>Reads rows, strongly consistent. What the service leaves unread is asked for again.</summary>
    /// <param name="version">The version.</param>
    /// <param name="keys">Each once, any number.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One a key, in their order; null for what is not there.</returns>
    Task<IReadOnlyList<ReadModelRow?>> ReadAsync(ReadModelVersionId version, IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes one row whole, if the one held still has the revision before it (none: revision 1).</summary>
    /// <exception cref="RowTooLargeException">The item would outgrow the table's limit; nothing is written.</exception>
    /// <returns>True and null; or, refused, false and the row as it is (null: there is none).</returns>
    Task<(bool IsWritten, ReadModelRow? Held)> WriteAsync(ReadModelVersionId version, ReadModelRow row, CancellationToken cancellationToken);

    /// <summary>Lists rows of an index, or without one all rows in no order. Eventually consistent; rows that are deleted are left out.</summary>
    /// <exception cref="Reconciliation.PageTokenException">The token was not given out for this list.</exception>
    Task<RowPage> ListAsync(ReadModelVersionId version, RowQuery query, CancellationToken cancellationToken);
}

/// <summary>One version of a read model, from 1.</summary>
public readonly record struct ReadModelVersionId(string ReadModel, int Number)
{
    /// <summary><c>orders-search v3</c>, as logs and messages print it.</summary>
    public override string ToString() => $"{ReadModel} v{Number}";
}

/// <summary>One row as its item holds it.</summary>
/// <param name="Key">The row's key: text, at most 1,024 bytes in UTF-8.</param>
/// <param name="Revision">Raised by every write; the first one is 1.</param>
/// <param name="Facts">What the row is made of, in a form of its own; also of a deleted row.</param>
/// <param name="Document">The row as readers see it: a JSON object (UTF-8); null when it is deleted, or nothing made it appear yet.</param>
/// <param name="Indexes">Where it is listed; empty without document.</param>
/// <param name="ExpiresAt">When the table may forget it; null while it has a document.</param>
public sealed record ReadModelRow(string Key, long Revision, ReadOnlyMemory<byte> Facts, ReadOnlyMemory<byte>? Document, IReadOnlyList<RowIndexEntry> Indexes, DateTimeOffset? ExpiresAt);

/// <param name="Index">Name of the index.</param>
/// <param name="Key">Text of the key field's value.</param>
/// <param name="Sort">Text of the sort field's value, of numbers a number as JSON writes it; the row's key without sort field.</param>
/// <param name="SortsNumber">True when <paramref name="Sort"/> is a number, as the index declares it.</param>
public readonly record struct RowIndexEntry(string Index, string Key, string Sort, bool SortsNumber = false);

/// <param name="Index">The index and its declaration; null lists all.</param>
/// <param name="Key">With an index: the value asked for.</param>
/// <param name="From">Least sort value; null for the first.</param>
/// <param name="To">Greatest sort value, included; null for the last.</param>
/// <param name="IsDescending">True for the other way round.</param>
/// <param name="Limit">Most rows of a page.</param>
/// <param name="PageToken">From the page before; null for the first one.</param>
public sealed record RowQuery(Definitions.ReadModelIndex? Index, string? Key, string? From, string? To, bool IsDescending, int Limit, string? PageToken);

/// <param name="Rows">Key, revision and document only.</param>
/// <param name="PageToken">Where to go on; null at the end.</param>
public sealed record RowPage(IReadOnlyList<ListedRow> Rows, string? PageToken);

/// <param name="Document">A JSON object, UTF-8.</param>
public sealed record ListedRow(string Key, ReadOnlyMemory<byte> Document);

/// <summary>The item would be larger than the table takes (DynamoDB: 400 KB).</summary>
public sealed class RowTooLargeException(string message) : Exception(message);

/// <summary>The version was removed, or its table is not made yet.</summary>
public sealed class VersionGoneException(string message, Exception? inner = null) : Exception(message, inner);

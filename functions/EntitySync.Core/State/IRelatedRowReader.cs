namespace EntitySync.Core.State;

/// <summary>Reads rows of reference tables, always strongly consistent.</summary>
public interface IRelatedRowReader
{
    /// <summary>Reads the rows of <paramref name="keys"/> (distinct) from <paramref name="table"/>. Splits into requests of the store's size, retries unprocessed keys.</summary>
    /// <returns>The rows that exist, in any order; a key without a row is simply not there. One bad row stops no other: it comes as unusable.</returns>
    /// <exception cref="Errors.TransientException">Throttled or unreachable after retries.</exception>
    Task<IReadOnlyList<RelatedRow>> ReadAsync(string table, IReadOnlyCollection<string> keys, CancellationToken cancellationToken);
}

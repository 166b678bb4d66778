using EntitySync.Core.State;

namespace EntitySync.Core.ReferenceTables;

/// <summary>A change of a row as the table's stream tells it.</summary>
/// <param name="Table">Logical table name.</param>
/// <param name="Key">The row's key; null when the stream record has none that is text.</param>
/// <param name="SequenceNumber">The change's place in its shard.</param>
/// <param name="Old">The row before; null when there was none or it cannot be expressed in JSON.</param>
/// <param name="New">The row after; null when it was deleted (or see <paramref name="Unusable"/>).</param>
/// <param name="Unusable">Why the change cannot be used; null when it can.</param>
public sealed record RowChange(string Table, string? Key, string SequenceNumber, RelatedRow? Old, RelatedRow? New, string? Unusable = null)
{
    /// <summary>False when no output can differ: the content is the same, only the version moved.</summary>
    public bool ChangesContent => Old is null || New is null || !Old.Json.Span.SequenceEqual(New.Json.Span);
}

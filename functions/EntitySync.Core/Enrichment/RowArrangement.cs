using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// Order and limit of the list that a relation with <c>many</c> embeds. However many rows are added, it holds at most twice the limit of them.
/// </summary>
internal sealed class RowArrangement
{
    private readonly Comparison<PreparedRow>? _compare; // kept, since a sort with a comparer makes a delegate each time
    private readonly int _sign;
    private readonly int _limit;

    public RowArrangement(OrderDefinition? order, int? limit)
    {
        _compare = order is null ? null : Compare;
        _sign = order?.Direction == OrderDirection.Descending ? -1 : 1;
        _limit = limit ?? int.MaxValue;
    }

    /// <param name="rows">The list begins at <paramref name="start"/> and ends where this ends.</param>
    /// <param name="start">Where the list begins.</param>
    /// <param name="row">The row to add; it may be left out, or put another one out.</param>
    public void Add(Growable<PreparedRow> rows, int start, PreparedRow row)
    {
        var count = rows.Count - start;
        if (_compare is null && count >= _limit) return;
        if (count >= 2L * _limit) Finish(rows, start);
        rows.Add(row);
    }

    /// <summary>Called once all rows are added.</summary>
    public void Finish(Growable<PreparedRow> rows, int start)
    {
        if (_compare is not null) rows.Span[start..].Sort(_compare);
        if (rows.Count - start > _limit) rows.Truncate(start + _limit);
    }

    private int Compare(PreparedRow x, PreparedRow y)
    {
        var byOrder = (x.Order, y.Order) switch
        {
            ({ } first, { } second) => _sign * first.CompareTo(second),
            (null, null) => 0,
            (null, _) => 1,
            _ => -1,
        };
        return byOrder != 0 ? byOrder : x.Key.AsSpan().SequenceCompareTo(y.Key);
    }
}

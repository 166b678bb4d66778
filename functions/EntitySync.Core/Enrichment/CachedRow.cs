using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>What one read found under one key: a row, or that there is none. Prepares the row once for each relation that uses it.</summary>
public sealed class CachedRow
{
    private readonly Lock _lock = new();
    private volatile Prepared? _prepared;
    private string? _fingerprint;

    internal CachedRow(RelatedRow? row, long started, long timestamp)
    {
        Row = row;
        Started = started;
        Timestamp = timestamp;
    }

    /// <summary>Null: no row has this key.</summary>
    public RelatedRow? Row { get; }

    /// <summary>Place of the read's start in the cache's sequence.</summary>
    internal long Started { get; }

    /// <summary>Clock when the read started.</summary>
    internal long Timestamp { get; }

    /// <summary>The row as <paramref name="relation"/> needs it; null when there is no row.</summary>
    public PreparedRow? For(CompiledRelation relation)
    {
        if (Row is null) return null;
        return Find(relation) ?? Add(relation, Row);
    }

    // An absent row never is "the very row" of a deletion: it may have been read before the row was first written.
    internal bool Is(in RowToken token) =>
        Row is not null && token.ReplayId is null && Row.Version == token.Version && token.Fingerprint == (_fingerprint ??= Row.Fingerprint);

    private PreparedRow? Find(CompiledRelation relation)
    {
        for (var prepared = _prepared; prepared is not null; prepared = prepared.Next)
        {
            if (ReferenceEquals(prepared.Relation, relation)) return prepared.Row;
        }

        return null;
    }

    private PreparedRow Add(CompiledRelation relation, RelatedRow row)
    {
        lock (_lock)
        {
            if (Find(relation) is { } found) return found;
            var prepared = PreparedRow.Prepare(relation, row);
            _prepared = new Prepared(relation, prepared, _prepared);
            return prepared;
        }
    }

    private sealed record Prepared(CompiledRelation Relation, PreparedRow Row, Prepared? Next);
}

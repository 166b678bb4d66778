using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>
/// Takes a record of a stream root: checks it, joins it with the related rows of this moment, emits it. A stream has no latest row, so nothing is kept,
/// and a record may come without key.
/// </summary>
internal sealed class RootStreamPass
{
    private readonly TaskContext _context;
    private readonly Resolve _resolve;
    private readonly Func<int, ReadOnlySpan<byte>, PreparedRow?> _rowsOf;

    public RootStreamPass(TaskContext context, Resolve resolve, BroadcastTable[] tables)
    {
        _context = context;
        _resolve = resolve;
        _rowsOf = (relation, value) => tables[relation].Find(value)?.Rows;
    }

    public void Process(in LogRecord record)
    {
        if (record.Value is not { } value)
        {
            _context.DeadLetter(record, "record of a stream has no value");
            return;
        }

        var outcome = _resolve.Scan(record.Key is { } key ? key.Span : default, record.Key is not null, value.Span, out var scan);
        if (outcome.Kind == EnrichmentKind.Rejected) _context.DeadLetter(record, outcome.Reason!);
        else _resolve.Pass(record, scan, _rowsOf);
    }
}

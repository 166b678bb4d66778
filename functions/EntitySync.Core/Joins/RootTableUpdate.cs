using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Takes a record of a table root: checks it, keeps it as the key's latest row, emits it. A tombstone forgets the row and emits a tombstone,
/// also for a key without row: after a restart the first tombstone may come again, and its reader must still see it.
/// </summary>
internal sealed class RootTableUpdate(TaskContext context, IStateStore rows)
{
    private readonly RootDocument _document = new(context.Topology.Definition.Root.Key);
    private byte[] _row = new byte[512];

    public void Process(in LogRecord record)
    {
        if (FindProblem(record) is { } problem)
        {
            context.DeadLetter(record, problem);
            return;
        }

        Keep(record);
        context.Counts.Emitted++;
        context.Sink.Emit(new Emission
        {
            Topology = context.Topology,
            HasKey = true,
            Key = record.Key!.Value.Span,
            IsTombstone = record.Value is null,
            Value = record.Value is { } value ? value.Span : default,
            RootPosition = context.PositionOf(record),
        });
    }

    /// <summary>Keeps the row and emits nothing. A bad record is passed over: it was dead-lettered when it was first processed.</summary>
    public void Restore(in LogRecord record)
    {
        context.Counts.Restored++;
        if (FindProblem(record) is null) Keep(record);
    }

    private string? FindProblem(in LogRecord record) =>
        record.Key is null ? "record has no key"
        : record.Value is { } value ? _document.FindProblem(value.Span, record.Key)
        : null;

    private void Keep(in LogRecord record)
    {
        var key = record.Key!.Value.Span;
        if (record.Value is { } value) rows.Put(key, RootRow.Encode(ref _row, record.Offset, value.Span));
        else rows.Delete(key);
    }
}

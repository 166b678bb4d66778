using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>
/// Takes a record of a table root: checks it, keeps it as the key's latest row, emits it joined. A tombstone forgets the row and emits a tombstone,
/// also for a key without row: after a restart the first tombstone may come again, and its reader must still see it.
/// </summary>
internal sealed class RootTableUpdate(TaskContext context, EntityTable entities, Resolve resolve, WaitingReplays waiting, IJoinOutput output)
{
    private readonly JoinColumn? _rowKey = context.Node.RowKey is { } key ? new JoinColumn(key, context.Options.RelatedRowBytes) : null;

    /// <param name="row">The record with the row's own key and the row as its value.</param>
    /// <param name="record">As it stands in its topic, for the dead letter.</param>
    public void Process(in LogRecord row, in LogRecord record)
    {
        if (FindProblem(row, out var scan) is { } problem) context.DeadLetter(record, problem);
        else if (row.Value is { } value) resolve.Update(resolve.Keep(row, scan, isRestoring: false), value.Span, scan);
        else Delete(row.Key!.Value.Span, row.Offset);
    }

    /// <summary>The table behind the topic was truncated. In one go: what that means for the rows after it must be said before them.</summary>
    public void RemoveAll(bool isRestoring)
    {
        for (var id = entities.Rows.NextId(-1); id >= 0; id = entities.Rows.NextId(id))
        {
            var key = entities.Rows.KeyOf(id).ToArray();
            var offset = entities.RowOf(id).Offset;
            entities.Remove(key, isRestoring);
            if (!isRestoring) output.Delete(key, offset);
        }
    }

    /// <summary>Keeps the row and emits nothing. A bad record is passed over: it was dead-lettered when it was first processed.</summary>
    public void Restore(in LogRecord record)
    {
        context.Counts.Restored++;
        if (FindProblem(record, out var scan) is not null) return;
        if (record.Value is not null) resolve.Keep(record, scan, isRestoring: true);
        else entities.Remove(record.Key!.Value.Span, isRestoring: true);
    }

    /// <returns>Why the record cannot be used; null when it can: then <paramref name="scan"/> is of its row, if it has one.</returns>
    public string? FindProblem(in LogRecord record, out RootScan scan)
    {
        scan = default;
        if (record.Key is not { } key) return "record has no key";
        if (record.Value is not { } value) return null;
        if (_rowKey is not null && _rowKey.Read(value.Span).Problem is { } problem) return problem;
        var outcome = resolve.Scan(key.Span, true, value.Span, out scan);
        return outcome.Kind == EnrichmentKind.Rejected ? outcome.Reason : null;
    }

    /// <param name="key">The entity's key.</param>
    /// <param name="offset">Of the record that takes its row away.</param>
    public void Delete(ReadOnlySpan<byte> key, long offset)
    {
        entities.Remove(key, isRestoring: false);
        context.Counts.UnknownIds += waiting.Remove(key);
        output.Delete(key, offset);
    }
}

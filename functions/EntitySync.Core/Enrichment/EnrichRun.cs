using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Enrichment;

/// <summary>One invocation of <see cref="EnrichBatch"/>: takes chunk after chunk through scan, rows, splice and write.</summary>
internal sealed class EnrichRun(RowCache cache, ITopicWriter writer, ILogger logger, EnrichOptions options, EnrichmentBuffer buffer, int turn)
{
    private readonly Invocation _invocation = cache.Begin();
    private readonly ReplayMarks _replays = new();
    private readonly ChunkWriter _writer = new(writer, logger);
    private readonly Dictionary<Enricher, RowTable[]> _tables = [];
    private readonly HashSet<ReadOnlyMemory<byte>> _keys = new(MemoryComparer.Instance);
    private int _turn = turn;

    /// <summary>Takes the next records of all partitions, as many as the bounds allow and at least one.</summary>
    public async Task<EnrichCounts> NextChunkAsync(List<PartitionCursor> cursors, CancellationToken cancellationToken)
    {
        buffer.Clear();
        Take(cursors);
        var missing = ScanAll();
        var rowsRead = await missing.LoadAsync(buffer, cancellationToken);
        SpliceAll();
        await _writer.WriteAsync(buffer, cancellationToken);
        return Advance() with { RowsRead = rowsRead };
    }

    // Each partition gets the same share, and another one is first in each chunk and each invocation, so none starves when time always runs out.
    // A partition's share ends before a key that the chunk already has: the order of a key's records must not hang on one write.
    private void Take(List<PartitionCursor> cursors)
    {
        _keys.Clear();
        var active = cursors.FindAll(cursor => cursor.IsActive);
        var share = Math.Max(1, options.ChunkRecords / active.Count);
        var bytes = 0L;
        var first = (int)((uint)_turn++ % (uint)active.Count);
        for (var i = 0; i < active.Count; i++)
        {
            var cursor = active[(first + i) % active.Count];
            for (var index = cursor.Next; index < cursor.Count && index - cursor.Next < share; index++)
            {
                var record = cursor[index];
                bytes += record.Value?.Length ?? 0;
                if (buffer.Items.Count > 0 && bytes > options.ChunkBytes) return;
                if (record.Key is { } key && !_keys.Add(key)) break;
                buffer.Items.Add(new EnrichItem(cursor, index));
            }
        }
    }

    private MissingRows ScanAll()
    {
        var missing = new MissingRows(_invocation);
        foreach (ref var item in buffer.Items.Span) Scan(ref item, missing);
        return missing;
    }

    private void Scan(ref EnrichItem item, MissingRows missing)
    {
        var record = item.Record;
        if (record.Problem is { } problem) item.Reject(problem);
        else if (record.Key is null && !MayLackKey(item)) item.Reject("the record has no key");
        else if (record.Value is not { } value) item.State = ItemState.Emit; // a tombstone needs no rows
        else if (!TryReplay(record, out var replay)) item.Reject($"header '{HeaderNames.Replay}' is not a replay message");
        else
        {
            var outcome = item.Cursor.Enricher.Scan(record.Key is { } key ? key.Span : default, value.Span, buffer, out var scan, hasKey: record.Key is not null);
            item.Scan = scan;
            item.Replay = replay;
            if (outcome.Kind == EnrichmentKind.Rejected) item.Reject(outcome.Reason!);
            else FindRows(item, value.Span, missing);
        }
    }

    // An event of a stream root needs none; a tombstone without key says nothing.
    private static bool MayLackKey(in EnrichItem item) => item.Cursor.Enricher.Definition.Root.Kind == RootKind.Stream && item.Record.Value is not null;

    private void FindRows(in EnrichItem item, ReadOnlySpan<byte> root, MissingRows missing)
    {
        var enricher = item.Cursor.Enricher;
        var tables = TablesOf(enricher);
        for (var i = 0; i < item.Scan.KeyCount; i++)
        {
            var key = buffer.KeyAt(item.Scan, i, root, out var relation);
            if (tables[relation].Find(key, _invocation, item.Replay) is { } row) buffer.SetRow(item.Scan, i, row.For(enricher.Relations[relation]));
            else missing.Add(tables[relation], key, enricher.Relations[relation], item.Scan.FirstKey + i);
        }
    }

    private void SpliceAll()
    {
        for (var i = 0; i < buffer.Items.Count; i++)
        {
            if (buffer.OutputLength > options.ChunkOutputBytes)
            {
                buffer.Items.Truncate(i);
                return;
            }

            ref var item = ref buffer.Items[i];
            if (item.State != ItemState.NeedsRows) continue;
            item.OutputStart = buffer.OutputLength;
            var record = item.Record;
            var outcome = item.Cursor.Enricher.Splice(record.Key is { } key ? key.Span : default, record.Value!.Value.Span, item.Scan, buffer, hasKey: record.Key is not null);
            item.OutputLength = buffer.OutputLength - item.OutputStart;
            if (outcome.Kind == EnrichmentKind.Rejected) item.Reject(outcome.Reason!);
            else item.State = outcome.Kind == EnrichmentKind.Dropped ? ItemState.Drop : ItemState.Emit;
        }
    }

    // Items of a partition stand in order: the first one that is not done is where the partition comes again.
    private EnrichCounts Advance()
    {
        var counts = new EnrichCounts();
        foreach (ref readonly var item in buffer.Items.Span)
        {
            if (item.Cursor.IsFailed) continue;
            if (!item.IsDone)
            {
                item.Cursor.Fail();
                continue;
            }

            item.Cursor.MoveTo(item.Index + 1);
            counts += new EnrichCounts(
                Records: 1,
                Emitted: item.State == ItemState.Emit ? 1 : 0,
                Dropped: item.State == ItemState.Drop ? 1 : 0,
                DeadLettered: item.State == ItemState.DeadLetter ? 1 : 0);
        }

        return counts;
    }

    private bool TryReplay(EnrichRecord record, out ReplayMark? replay)
    {
        replay = null;
        foreach (var header in record.Headers)
        {
            if (header.Name != HeaderNames.Replay) continue;
            replay = _replays.Of(header.Value.Span);
            return replay is not null;
        }

        return true;
    }

    private RowTable[] TablesOf(Enricher enricher)
    {
        if (!_tables.TryGetValue(enricher, out var tables)) _tables[enricher] = tables = [.. enricher.Relations.Select(relation => cache.Table(relation.Table))];
        return tables;
    }
}

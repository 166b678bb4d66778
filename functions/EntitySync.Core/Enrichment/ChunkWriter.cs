using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Enrichment;

/// <summary>
/// Writes the outcome of a chunk: outputs and dead letters in one call; what the broker refuses for good (too large) as a dead letter with the
/// original bytes; and if that is refused too, as a dead letter with the beginning of them. An item whose last resort fails is not done and comes again.
/// </summary>
internal sealed class ChunkWriter(ITopicWriter writer, ILogger logger)
{
    private const string Stage = "Enrich";
    private const int TruncatedValue = 16 * 1024;
    private const int TruncatedKey = 1024;
    private const int LoggedDeadLetters = 10;

    private readonly List<(int Item, OutgoingRecord Record, bool IsLastResort)> _pending = [];
    private int _deadLetters;

    public async Task WriteAsync(EnrichItem[] items, EnrichmentBuffer buffer, CancellationToken cancellationToken)
    {
        _pending.Clear();
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].State == ItemState.Drop) items[i].IsDone = true;
            else _pending.Add((i, items[i].State == ItemState.Emit ? Output(items[i], buffer) : DeadLetterOf(items[i]), false));
        }

        while (_pending.Count > 0)
        {
            var round = _pending.ToList();
            _pending.Clear();
            var results = await writer.WriteAsync(round.ConvertAll(pending => pending.Record), cancellationToken);
            for (var i = 0; i < round.Count; i++) Settle(ref items[round[i].Item], round[i], results[i]);
        }
    }

    private void Settle(ref EnrichItem item, (int Item, OutgoingRecord Record, bool IsLastResort) sent, WriteResult result)
    {
        if (result.Outcome == WriteOutcome.Written)
        {
            item.IsDone = true;
            if (item.State == ItemState.DeadLetter) Log(item);
        }
        else if (result.Outcome == WriteOutcome.Refused && !sent.IsLastResort)
        {
            var wasDeadLetter = item.State == ItemState.DeadLetter;
            item.Reject(wasDeadLetter ? item.Reason! : $"topic '{sent.Record.Topic}' refuses the output of {sent.Record.Value?.Length ?? 0} bytes: {Reasons.Short(result.Reason ?? "no reason given")}");
            _pending.Add((sent.Item, wasDeadLetter ? Truncated(item) : DeadLetterOf(item), wasDeadLetter));
        }
        else
        {
            logger.LogWarning("{Position} cannot be written to {Topic} and comes again: {Reason}", item.Position, sent.Record.Topic, result.Reason);
        }
    }

    private static OutgoingRecord Output(in EnrichItem item, EnrichmentBuffer buffer) => new()
    {
        Topic = item.Cursor.Enricher.Definition.Output.Topic,
        Key = item.Record.Key,
        Value = item.Record.Value is null ? (ReadOnlyMemory<byte>?)null : buffer.OutputSlice(item.OutputStart, item.OutputLength),
        Headers = WithRootPosition(item),
    };

    private static IReadOnlyList<RecordHeader> WithRootPosition(in EnrichItem item)
    {
        var headers = item.Record.Headers;
        foreach (var header in headers)
        {
            if (header.Name == HeaderNames.RootPosition) return headers;
        }

        return [.. headers, RecordHeader.Text(HeaderNames.RootPosition, item.Position.ToString())];
    }

    private static OutgoingRecord DeadLetterOf(in EnrichItem item) => DeadLetter.For(
        item.Cursor.Enricher.Definition, Stage, item.Position, item.Reason!, item.Record.Key, item.Record.Value, item.Record.Headers);

    // Headers may be what is too large, so none of the record's own goes along.
    private static OutgoingRecord Truncated(in EnrichItem item)
    {
        var record = item.Record;
        var reason = $"{item.Reason}; too large for the dead-letter topic as well, cut from a value of {record.Value?.Length ?? 0} bytes, "
            + $"a key of {record.Key?.Length ?? 0} bytes and {record.Headers.Count} headers";
        return DeadLetter.For(
            item.Cursor.Enricher.Definition, Stage, item.Position, reason, Cut(record.Key, TruncatedKey), Cut(record.Value, TruncatedValue), []);
    }

    private static ReadOnlyMemory<byte>? Cut(ReadOnlyMemory<byte>? bytes, int length) => bytes is { } all && all.Length > length ? all[..length] : bytes;

    private void Log(in EnrichItem item)
    {
        if (++_deadLetters > LoggedDeadLetters) return;
        logger.LogWarning("{Position} went to the dead-letter topic: {Reason}", item.Position, item.Reason);
        if (_deadLetters == LoggedDeadLetters) logger.LogWarning("Further dead letters of this batch are only counted");
    }
}

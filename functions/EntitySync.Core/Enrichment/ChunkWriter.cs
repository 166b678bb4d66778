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
    private const int LoggedOfAKind = 10;

    private readonly List<OutgoingRecord> _records = [];
    private readonly List<Sent> _sent = [];
    private readonly List<(OutgoingRecord Record, Sent Sent)> _again = [];
    private int _deadLetters;
    private int _failures;

    public async Task WriteAsync(EnrichmentBuffer buffer, CancellationToken cancellationToken)
    {
        _records.Clear();
        _sent.Clear();
        for (var i = 0; i < buffer.Items.Count; i++) First(i, buffer);
        while (_records.Count > 0)
        {
            var results = await writer.WriteAsync(_records, cancellationToken);
            _again.Clear();
            for (var i = 0; i < _sent.Count; i++) Settle(ref buffer.Items[_sent[i].Item], i, results[i]);
            _records.Clear();
            _sent.Clear();
            foreach (var (record, sent) in _again) Add(record, sent);
        }
    }

    private void First(int index, EnrichmentBuffer buffer)
    {
        ref var item = ref buffer.Items[index];
        if (item.State == ItemState.Drop) item.IsDone = true;
        else Add(item.State == ItemState.Emit ? Output(item, buffer) : DeadLetterOf(item), new Sent(index, false));
    }

    private void Add(OutgoingRecord record, Sent sent)
    {
        _records.Add(record);
        _sent.Add(sent);
    }

    private void Settle(ref EnrichItem item, int index, WriteResult result)
    {
        var record = _records[index];
        if (result.Outcome == WriteOutcome.Written)
        {
            item.IsDone = true;
            if (item.State == ItemState.DeadLetter) Log(item);
        }
        else if (result.Outcome == WriteOutcome.Refused && !_sent[index].IsLastResort)
        {
            var wasDeadLetter = item.State == ItemState.DeadLetter;
            item.Reject(wasDeadLetter ? item.Reason! : $"topic '{record.Topic}' refuses the output of {record.Value?.Length ?? 0} bytes: {Reasons.Short(result.Reason ?? "no reason given")}");
            _again.Add((wasDeadLetter ? Truncated(item) : DeadLetterOf(item), new Sent(_sent[index].Item, wasDeadLetter)));
        }
        else if (++_failures <= LoggedOfAKind)
        {
            logger.LogWarning("{Position} cannot be written to {Topic} and comes again: {Reason}", item.Position, record.Topic, result.Reason);
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
        if (++_deadLetters > LoggedOfAKind) return;
        logger.LogWarning("{Position} went to the dead-letter topic: {Reason}", item.Position, item.Reason);
        if (_deadLetters == LoggedOfAKind) logger.LogWarning("Further dead letters of this batch are only counted");
    }

    private readonly record struct Sent(int Item, bool IsLastResort);
}

using EntitySync.Core.Enrichment;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Joins;

/// <summary>
/// Takes the records of a stream root. They are events: nothing is kept of them, and one may come without key.
/// <list type="bullet">
/// <item>An event whose rows are all known, and before which none waits, is joined at once. Any other asks for the rows it lacks and waits. Without shuffle relations none does.</item>
/// <item>Events leave in the order they came, each joined with the rows of the moment it leaves; a later row rewrites nothing.</item>
/// <item>With shuffle relations an event too large to be kept while it waits is dead-lettered, whether it would have to wait or not.</item>
/// </list>
/// </summary>
internal sealed class RootStreamJoin : IDisposable
{
    private const int StepBytes = 512 * 1024;

    private readonly TaskContext _context;
    private readonly Resolve _resolve;
    private readonly BroadcastTable?[] _tables;
    private readonly SubscribedRows?[] _subscribed;
    private readonly RecentValues?[] _recent;
    private readonly bool _mayWait;
    private (SubscribedRows Rows, int Value)? _missing;
    private bool _mayGoOn;
    private long _restoredTo = -1;
    private bool _isPassing;

    /// <param name="context">Of the task.</param>
    /// <param name="resolve">Of the task.</param>
    /// <param name="tables">By relation; null for a shuffle relation.</param>
    /// <param name="subscribed">By relation; null for a broadcast relation.</param>
    public RootStreamJoin(TaskContext context, Resolve resolve, BroadcastTable?[] tables, SubscribedRows?[] subscribed)
    {
        _context = context;
        _resolve = resolve;
        _tables = tables;
        _subscribed = subscribed;
        _mayWait = Array.Exists(subscribed, rows => rows is not null);
        _recent = Array.ConvertAll(subscribed, rows => rows is null ? null : new RecentValues(rows, context.Options));
        Waiting = new WaitingEvents(context.Options);
    }

    public WaitingEvents Waiting { get; }

    /// <summary>True when <see cref="Step"/> may find something to do.</summary>
    public bool HasStep => _mayGoOn;

    public long AllocatedBytes => Waiting.Bytes + _subscribed.Sum(rows => rows?.AllocatedBytes ?? 0);

    public void CompleteRestore(TaskProgress progress)
    {
        foreach (var (offset, note) in progress.Events)
        {
            var restored = new WaitingEvent(offset, note) { IsNoted = true };
            var record = restored.ToRecord(_context.Partition);
            if (TryScan(record, out var scan, out _)) Acquire(record, scan, isRestoring: true);
            Waiting.Add(restored);
            _restoredTo = offset;
        }

        foreach (var recent in _recent) recent?.Adopt();
        foreach (var rows in _subscribed) rows?.CompleteRestore(progress); // gives back what is not in use, so it comes last
        _mayGoOn = Waiting.Count > 0;
    }

    public void Process(in LogRecord record)
    {
        // Without transactions the notes may be ahead of the position: what stands up to the last of them is done or waits.
        if (record.Offset <= _restoredTo) PassOver(record);
        else if (!TryScan(record, out var scan, out var problem)) _context.DeadLetter(record, problem!);
        else if (_mayWait && WaitingEvent.BytesOf(record) is var bytes && bytes > WaitingEvent.MaximumBytes) _context.DeadLetter(record, TooLarge(bytes));
        else if (Waiting.Count > 0 || !TryJoin(record, scan)) Wait(record, scan);
    }

    /// <summary>An answer has come.</summary>
    public void OnAnswer()
    {
        if (!_mayGoOn && Waiting.Count > 0) _mayGoOn = _missing!.Value.Rows.TryRows(_missing.Value.Value, out _);
        Trim(); // it may be larger than the one before
    }

    /// <summary>Joins some <paramref name="limit"/> of the events that wait no longer, or fewer when large ones fill the step.</summary>
    public int Step(int limit)
    {
        var done = 0;
        var bytes = 0;
        while (_mayGoOn && done < limit && bytes < StepBytes)
        {
            _mayGoOn = Waiting.TryPeek(out var first) && TryFinish(first);
            if (!_mayGoOn) break;
            bytes += first.Note.Length;
            done++;
            Waiting.RemoveFirst();
        }

        return done;
    }

    public void Dispose()
    {
        foreach (var rows in _subscribed) rows?.Dispose();
    }

    private bool TryScan(in LogRecord record, out RootScan scan, out string? problem)
    {
        scan = default;
        problem = "record of a stream has no value";
        if (record.Value is not { } value) return false;
        var outcome = _resolve.Scan(record.Key is { } key ? key.Span : default, record.Key is not null, value.Span, out scan);
        problem = outcome.Reason;
        return outcome.Kind != EnrichmentKind.Rejected;
    }

    private static string TooLarge(long bytes) =>
        $"the event has {bytes} bytes with key and headers, more than the {WaitingEvent.MaximumBytes} that can be kept while it waits for related rows; with strategy broadcast it would not wait";

    private void PassOver(in LogRecord record)
    {
        _context.Counts.Suppressed++;
        if (_isPassing) return;
        _isPassing = true;
        _context.Logger.LogInformation("{Position} and what follows it up to offset {Last} came before the restart and is passed over", _context.PositionOf(record), _restoredTo);
    }

    private void Wait(in LogRecord record, in RootScan scan)
    {
        Acquire(record, scan, isRestoring: false);
        _mayGoOn |= Waiting.Count == 0; // finds out which answer is missing
        Waiting.Add(WaitingEvent.Of(record));
    }

    /// <returns>False when it still lacks an answer.</returns>
    private bool TryFinish(WaitingEvent waiting)
    {
        var record = waiting.ToRecord(_context.Partition);
        if (!TryScan(record, out var scan, out var problem))
        {
            _context.DeadLetter(record, problem!); // the definition has changed since it came
            return true;
        }

        if (!TryJoin(record, scan)) return false;
        Release(record, scan);
        Trim();
        return true;
    }

    private bool TryJoin(in LogRecord record, in RootScan scan)
    {
        var root = record.Value!.Value.Span;
        for (var i = 0; i < scan.KeyCount; i++)
        {
            var text = _resolve.Buffer.KeyAt(scan, i, root, out var relation);
            if (!TryRows(relation, text, out var rows)) return false;
            _resolve.Buffer.SetRow(scan, i, rows);
        }

        _resolve.Pass(record, scan);
        return true;
    }

    private bool TryRows(int relation, ReadOnlySpan<byte> text, out PreparedRow? rows)
    {
        if (_tables[relation] is { } table)
        {
            rows = table.Find(text)?.Rows;
            return true;
        }

        rows = null;
        var subscribed = _subscribed[relation]!;
        var value = subscribed.Find(text);
        if (value < 0) return false;
        if (!subscribed.TryRows(value, out rows))
        {
            _missing = (subscribed, value);
            return false;
        }

        _recent[relation]!.Touch(value);
        return true;
    }

    private void Acquire(in LogRecord record, in RootScan scan, bool isRestoring)
    {
        var root = record.Value!.Value.Span;
        for (var i = 0; i < scan.KeyCount; i++)
        {
            var text = _resolve.Buffer.KeyAt(scan, i, root, out var relation);
            _subscribed[relation]?.Acquire(text, record.Offset, isRestoring);
        }
    }

    private void Release(in LogRecord record, in RootScan scan)
    {
        var root = record.Value!.Value.Span;
        for (var i = 0; i < scan.KeyCount; i++)
        {
            var text = _resolve.Buffer.KeyAt(scan, i, root, out var relation);
            if (_subscribed[relation] is { } rows) rows.Release(rows.Find(text), isRestoring: false);
        }
    }

    private void Trim()
    {
        foreach (var recent in _recent) recent?.Trim();
    }
}

using EntitySync.Core.Replay;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Joins a replay record with the latest root row of its key and emits that row, even when it is equal to the last emission.
/// The replay message goes along byte for byte as header; the root position is the row's own.
/// It runs on the task that takes the key's live updates, so a replay is never ahead of or behind one of them.
/// </summary>
internal sealed class ReplayJoin(TaskContext context, EntityTable entities, Resolve resolve)
{
    public const int MaxMessageBytes = 256 * 1024;

    // One replay sends the same message with millions of keys: it is parsed once.
    private byte[] _lastGood = [];

    public void Process(in LogRecord record)
    {
        if (FindProblem(record) is { } problem)
        {
            context.DeadLetter(record, problem);
            return;
        }

        var id = entities.Rows.Find(record.Key!.Value.Span);
        if (id < 0) context.Counts.UnknownIds++;
        else if (!resolve.TryReplay(id, record.Value!.Value.Span)) context.DeadLetter(record, "the entity waits for answers, and so many replays wait with it that there is no room for one more");
    }

    private string? FindProblem(in LogRecord record)
    {
        if (record.Key is null) return "replay record has no key";
        if (record.Value is not { } value) return "replay record has no value";
        if (value.Length > MaxMessageBytes) return $"replay message of {value.Length} bytes is larger than {MaxMessageBytes}";
        if (value.Span.SequenceEqual(_lastGood)) return null;
        if (ReplayMessage.TryParse(value.Span) is null) return "value is not a replay message";
        _lastGood = value.ToArray();
        return null;
    }
}

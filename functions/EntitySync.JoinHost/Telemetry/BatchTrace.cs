using System.Diagnostics;
using System.Text;
using EntitySync.Core.Joins;
using EntitySync.Core.Replay;

namespace EntitySync.JoinHost.Telemetry;

/// <summary>
/// Traces of one join thread: one activity a commit, with a link to the trace of each record that carries one. An activity a record would cost more
/// than the join of the record, and none of them would show the time that counts: a record is visible when its batch is committed. A batch whose
/// records carry no trace and no replay gets none, unless it fails; how long it took is in the metrics.
/// </summary>
internal sealed class BatchTrace(int thread, TimeProvider time)
{
    private const string TraceParent = "traceparent";
    private const int MostLinks = 64;
    private const int MostReplays = 16;

    private readonly List<ActivityLink> _links = [];
    private readonly SortedSet<string> _replays = new(StringComparer.Ordinal);
    private byte[] _lastReplay = [];
    private DateTimeOffset _started;
    private int _records;

    /// <summary>For every record that is processed; nothing happens while nobody listens.</summary>
    public void Note(ConsumedRecord record, SourceRole role)
    {
        if (!JoinInstruments.Activities.HasListeners()) return;
        if (_records++ == 0) _started = time.GetUtcNow();
        if (role == SourceRole.Replay && record.Message.Value is { } message) NoteReplay(message.Span);
        if (_links.Count < MostLinks && record.Message.Headers?.TryGetLastBytes(TraceParent, out var parent) == true) NoteTrace(parent);
    }

    /// <summary>The batch is committed, or given up with its reason; the next record begins another.</summary>
    public void End(string? failure = null)
    {
        if (_records == 0) return;
        if (_links.Count + _replays.Count > 0 || failure is not null) Write(failure);
        _records = 0;
        _links.Clear();
        _replays.Clear();
        _lastReplay = [];
    }

    private void Write(string? failure)
    {
        var tags = new ActivityTagsCollection
        {
            ["messaging.system"] = "kafka",
            ["messaging.batch.message_count"] = _records,
            ["entitysync.thread"] = thread,
        };
        if (_replays.Count > 0) tags["entitysync.replay.ids"] = _replays.ToArray();
        using var activity = JoinInstruments.Activities.StartActivity("join batch", ActivityKind.Consumer, default(ActivityContext), tags, _links.ToArray(), _started);
        if (failure is not null) activity?.SetStatus(ActivityStatusCode.Error, failure);
        activity?.SetEndTime(time.GetUtcNow().UtcDateTime);
    }

    private void NoteTrace(byte[] parent)
    {
        if (ActivityContext.TryParse(Encoding.ASCII.GetString(parent), null, isRemote: true, out var context)) _links.Add(new ActivityLink(context));
    }

    /// <summary>A replay's records are alike, so all but the first of a run cost one comparison.</summary>
    private void NoteReplay(ReadOnlySpan<byte> message)
    {
        if (_replays.Count >= MostReplays || message.SequenceEqual(_lastReplay)) return;
        _lastReplay = message.ToArray();
        if (ReplayMessage.TryParse(message) is { } replay) _replays.Add(replay.ReplayId);
    }
}

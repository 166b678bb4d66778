namespace EntitySync.Local.EventSources;

/// <summary>How an event source stands.</summary>
/// <param name="Id">Name of the event source in the template.</param>
/// <param name="Delivered">Records the function took.</param>
/// <param name="FailedInvocations">Invocations that failed or left records over.</param>
/// <param name="Discarded">Records given up and sent to the on-failure destination.</param>
/// <param name="Waiting">Records read and not yet delivered, and for a topic those not yet read.</param>
/// <param name="LastError">Newest failure; null when there was none.</param>
public sealed record EventSourceStatus(string Id, string FunctionId, long Delivered, long Invocations, long FailedInvocations, long Discarded, long Waiting, string? LastError);

/// <summary>Reads a stream or topic and invokes its function.</summary>
public interface IEventSource : IAsyncDisposable
{
    EventSourceStatus Status { get; }
}

internal sealed class EventSourceCounters(string id, string functionId)
{
    private long _delivered;
    private long _invocations;
    private long _failedInvocations;
    private long _discarded;
    private string? _lastError;

    public void Invoked() => Interlocked.Increment(ref _invocations);

    public void Delivered(int records) => Interlocked.Add(ref _delivered, records);

    public void Failed(string reason)
    {
        Interlocked.Increment(ref _failedInvocations);
        Volatile.Write(ref _lastError, reason);
    }

    public void Discarded(int records) => Interlocked.Add(ref _discarded, records);

    public void Error(string reason) => Volatile.Write(ref _lastError, reason);

    public EventSourceStatus Snapshot(long waiting) => new(
        id, functionId, Volatile.Read(ref _delivered), Volatile.Read(ref _invocations), Volatile.Read(ref _failedInvocations), Volatile.Read(ref _discarded), waiting, Volatile.Read(ref _lastError));
}

using Confluent.Kafka;

namespace EntitySync.JoinHost.Logging;

/// <summary>Says which errors of the clients are worth a line: while all brokers are away a client tells the same one twenty times a second.</summary>
internal sealed class RepeatedErrors(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<ErrorCode, long> _told = []; // one entry a code at most

    /// <summary>True for the first error of a kind, and again after a pause.</summary>
    public bool IsNews(Error error)
    {
        lock (_lock)
        {
            if (_told.TryGetValue(error.Code, out var last) && time.GetElapsedTime(last) < Pause) return false;
            _told[error.Code] = time.GetTimestamp();
            return true;
        }
    }
}

using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Joins;

/// <summary>Logs the first of a kind of warning at once and then at most one an interval, saying how many there were in between.</summary>
internal sealed class OccasionalWarning(ILogger logger, TimeProvider time, TimeSpan interval)
{
    private long? _lastLogged;
    private long _since;

    /// <param name="describe">Makes the text; called only when it is logged.</param>
    /// <param name="state">Passed to <paramref name="describe"/>.</param>
    public void Raise<T>(Func<T, string> describe, in T state)
    {
        _since++;
        if (_lastLogged is { } last && time.GetElapsedTime(last) < interval) return;
        logger.LogWarning("{Warning} ({Count} such since the last line)", describe(state), _since);
        _lastLogged = time.GetTimestamp();
        _since = 0;
    }
}

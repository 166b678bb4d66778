namespace EntitySync.JoinHost;

/// <summary>Waiting times between attempts: doubled each time up to a limit, with jitter so that threads do not come back together.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    private int _doublings;

    /// <returns>Between half and all of the current step.</returns>
    public TimeSpan Next()
    {
        var step = first * Math.Pow(2, _doublings);
        if (step < longest) _doublings++;
        else step = longest;
        return step * (0.5 + (random() / 2));
    }

    public void Reset() => _doublings = 0;
}

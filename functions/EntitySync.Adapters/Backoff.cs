namespace EntitySync.Adapters;

/// <summary>Exponential delays with jitter: between half and all of <c>first * 2^(failures - 1)</c>, never more than <c>longest</c>.</summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    /// <summary>From 200 ms to 5 s.</summary>
    public static Backoff Default { get; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), Random.Shared.NextDouble);

    /// <param name="failures">Failures in a row, from 1.</param>
    public TimeSpan Delay(int failures)
    {
        var full = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        return TimeSpan.FromMilliseconds(full * (0.5 + (0.5 * random())));
    }
}

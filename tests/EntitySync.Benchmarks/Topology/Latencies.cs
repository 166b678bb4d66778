namespace EntitySync.Benchmarks.Topology;

/// <summary>Waits in milliseconds.</summary>
internal sealed class Latencies(int capacity)
{
    private readonly List<double> _waits = new(capacity);
    private double[]? _sorted;

    public int Count => _waits.Count;

    public void Add(double milliseconds)
    {
        _waits.Add(milliseconds);
        _sorted = null;
    }

    /// <param name="quantile">0.5 is the median, 1 the longest. 0 when there was no wait at all.</param>
    public double At(double quantile)
    {
        _sorted ??= [.. _waits.Order()];
        return _sorted.Length == 0 ? 0 : _sorted[Math.Min(_sorted.Length - 1, (int)(quantile * _sorted.Length))];
    }
}

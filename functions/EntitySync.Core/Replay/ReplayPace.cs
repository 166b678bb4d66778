namespace EntitySync.Core.Replay;

/// <summary>Spaces records out in time: never more than the rate allows since its first record, no catching up after a pause.</summary>
internal sealed class ReplayPace(TimeProvider clock)
{
    /// <summary>Records are let go in steps of about this long, so that a slow rate is smooth and a fast one needs few waits.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>Most records a second; null for as many as go.</summary>
    public double? PerSecond { get; set; }

    /// <summary>Most records that may be let go at once.</summary>
    public int StepSize => PerSecond is { } rate ? (int)Math.Clamp(rate * Step.TotalSeconds, 1, int.MaxValue) : int.MaxValue;

    /// <summary>The page size under which a page lasts no longer than <paramref name="longest"/>.</summary>
    public int PageSize(int wanted, TimeSpan longest) => PerSecond is { } rate ? (int)Math.Clamp(rate * longest.TotalSeconds, 1, wanted) : wanted;

    /// <summary>How long to wait before the next record may go.</summary>
    public TimeSpan Wait
    {
        get
        {
            var wait = _next - clock.GetUtcNow();
            return PerSecond is null || wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
        }
    }

    /// <summary>Notes that <paramref name="count"/> records go now.</summary>
    public void LetGo(int count)
    {
        if (PerSecond is not { } rate) return;
        var now = clock.GetUtcNow();
        _next = (_next > now ? _next : now) + TimeSpan.FromSeconds(count / rate);
    }
}

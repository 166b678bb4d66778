namespace EntitySync.Local.Demo;

/// <summary>Waits for a condition as long as something moves.</summary>
internal static class WaitUntil
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <param name="condition">What is waited for.</param>
    /// <param name="state">Shown as progress; as long as it changes, the wait goes on.</param>
    /// <param name="patience">How long nothing may move.</param>
    /// <param name="diagnosis">Asked for text when patience ends.</param>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, Func<string> state, Action<string> progress, TimeSpan patience, Func<string> diagnosis, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Every);
        var last = "";
        var moved = DateTimeOffset.UtcNow;
        while (!await condition())
        {
            var now = state();
            if (now != last) (last, moved) = (now, DateTimeOffset.UtcNow);
            progress(now);
            if (DateTimeOffset.UtcNow - moved > patience)
                throw new DemoException($"Nothing moved for {patience.TotalSeconds:F0} s. State: {now}{Environment.NewLine}{diagnosis()}");
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}

namespace EntitySync.Core.Replay;

/// <summary>Rate and time left of a whole replay, from what successive readings of its record show.</summary>
internal sealed class ReplayProgress(TimeProvider clock)
{
    /// <summary>A rate over less than this says more about chance than about speed.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private long? _idsBefore;
    private DateTimeOffset _timeBefore;
    private double? _rate;

    /// <summary>Takes a reading: <paramref name="record"/> as it was at <paramref name="readAt"/>, and a page of <paramref name="ids"/> (and perhaps the slice's <paramref name="total"/>) that is added to it now.</summary>
    public (double? RatePerSecond, long? SecondsLeft) Read(ReplayRecord record, DateTimeOffset readAt, int ids, long? total)
    {
        var published = record.IdsPublished + ids;
        var now = clock.GetUtcNow();
        if (_idsBefore is null) (_idsBefore, _timeBefore) = (record.IdsPublished, readAt);
        if (now - _timeBefore >= Shortest)
        {
            _rate = Math.Round(Math.Max(0, published - _idsBefore.Value) / (now - _timeBefore).TotalSeconds, 1);
            (_idsBefore, _timeBefore) = (published, now);
        }

        var counted = record.SlicesCounted + (total is null ? 0 : 1);
        var left = record.Total + (total ?? 0) - published;
        return (_rate, counted == record.Slices && _rate > 0 ? (long)Math.Ceiling(Math.Max(0, left) / _rate.Value) : null);
    }
}

namespace EntitySync.Core.Replay;

/// <summary>Rate and time left of a whole replay, from what successive readings of its record show.</summary>
internal sealed class ReplayProgress(TimeProvider clock)
{
    /// <summary>A rate over less than this says more about chance than about speed.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private long? _idsBefore;
    private DateTimeOffset _timeBefore;
    private double? _rate;

    /// <summary>Takes a reading just before <paramref name="ids"/> more (and perhaps <paramref name="total"/>) are added to <paramref name="record"/>.</summary>
    public (double? RatePerSecond, long? SecondsLeft) Read(ReplayRecord record, int ids, long? total)
    {
        var published = record.IdsPublished + ids;
        var now = clock.GetUtcNow();
        if (_idsBefore is null)
        {
            (_idsBefore, _timeBefore) = (record.IdsPublished, now);
        }
        else if (now - _timeBefore >= Shortest)
        {
            _rate = Math.Round(Math.Max(0, published - _idsBefore.Value) / (now - _timeBefore).TotalSeconds, 1);
            (_idsBefore, _timeBefore) = (published, now);
        }

        var counted = record.SlicesCounted + (total is null ? 0 : 1);
        var left = record.Total + (total ?? 0) - published;
        return (_rate, counted == record.Slices && _rate > 0 ? (long)Math.Ceiling(Math.Max(0, left) / _rate.Value) : null);
    }
}

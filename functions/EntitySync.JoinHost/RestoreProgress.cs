namespace EntitySync.JoinHost;

/// <summary>Counts and times one restore, for the log and the ready probe.</summary>
internal sealed class RestoreProgress(string name, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public string Name => name;

    public long Records { get; set; }

    /// <summary>Offsets passed so far and in all, over all partitions of the restore. Compaction leaves gaps, so they are more than the records.</summary>
    public long Done { get; set; }

    public long Total { get; set; }

    public double Seconds => time.GetElapsedTime(_started).TotalSeconds;

    public RestoreStatus Status()
    {
        var rate = Done / Math.Max(Seconds, 0.001);
        return new RestoreStatus(name, Records, Done, Total, Records / Math.Max(Seconds, 0.001), rate > 0 ? (Total - Done) / rate : null);
    }
}

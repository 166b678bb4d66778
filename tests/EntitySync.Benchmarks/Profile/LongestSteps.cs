namespace EntitySync.Benchmarks.Profile;

/// <summary>The longest calls of tasks and tables: nothing else can be done meanwhile.</summary>
internal sealed class LongestSteps
{
    /// <summary>Of the calls that took one record.</summary>
    public TimeSpan LongestRecord { get; private set; }

    public TimeSpan LongestFanout { get; private set; }

    public void AddRecord(TimeSpan time) => LongestRecord = time > LongestRecord ? time : LongestRecord;

    public void AddFanout(TimeSpan time) => LongestFanout = time > LongestFanout ? time : LongestFanout;
}

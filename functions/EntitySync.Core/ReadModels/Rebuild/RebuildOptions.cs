namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>Times and bounds of rebuilds.</summary>
public sealed record RebuildOptions
{
    /// <summary>Partitions that are filled at once: <c>MaxConcurrency</c> of the map in rebuild-read-model.asl.json (a test compares them).</summary>
    public const int Concurrency = 8;

    /// <summary>Records of a page: what a crash reads again, at most.</summary>
    public int PageRecords { get; init; } = 5_000;

    /// <summary>Bytes of a page; a larger single record is a page of its own.</summary>
    public long PageBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>An invocation begins no page when less than this remains of its time (at most a quarter of it).</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pause between two questions whether a table is ready.</summary>
    public TimeSpan TablePause { get; init; } = TimeSpan.FromSeconds(5);
}

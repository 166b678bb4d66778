namespace EntitySync.Core.Replay;

/// <summary>Times and bounds of replays.</summary>
public sealed record ReplayOptions
{
    /// <summary>Slices that run at once: <c>MaxConcurrency</c> of the map in replay.asl.json (a test compares them). The rate is shared among so many.</summary>
    public const int Concurrency = 8;

    /// <summary>Most slices of one replay; progress, request and slices are created in one DynamoDB transaction of up to 100 items.</summary>
    public const int MaximumSlices = 90;

    /// <summary>Most ids a request may list. (The state machine's input ends at 256 KiB anyway.)</summary>
    public const int MaximumIds = 10_000;

    /// <summary>Most bytes of an id, in UTF-8.</summary>
    public const int MaximumIdBytes = 1024;

    /// <summary>Ids of one slice when a request lists them.</summary>
    public const int IdsPerSlice = 1_000;

    /// <summary>Most characters of <c>where</c>.</summary>
    public const int MaximumWhereLength = 4096;

    /// <summary>Highest rate a request may ask for.</summary>
    public const int MaximumRatePerSecond = 1_000_000;

    /// <summary>
    /// Causes travel in each replay record, and as a header of each emission, up to this size in bytes; beyond it the records carry none, and every row
    /// is read again once. An event shows each byte of a header as a number: causes of 16 KiB would leave room for some ninety records in an invocation.
    /// </summary>
    public const int MaximumCausesBytes = 2 * 1024;

    /// <summary>How long an owner that says nothing keeps its slice. Renewed while a page is written slowly.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An invocation begins no page when less than this remains of its time (at most a quarter of it).</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Under a rate limit, pages are cut so that one lasts about this long: what a crash publishes again stays small.</summary>
    public TimeSpan LongestPage { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a replay's items stay readable.</summary>
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(90);
}

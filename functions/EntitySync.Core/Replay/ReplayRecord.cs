using System.Collections.Immutable;

namespace EntitySync.Core.Replay;

public enum ReplayStatus
{
    Running,

    /// <summary>All is published. Final.</summary>
    Succeeded,

    /// <summary>Its execution gave up; a new start goes on.</summary>
    Failed,

    /// <summary>Put down by a person; a new start goes on.</summary>
    Paused,

    /// <summary>Ended for good by a person. Final.</summary>
    Stopped,
}

/// <summary>Progress of a whole replay, as its one item shows it to any reader.</summary>
public sealed record ReplayRecord
{
    public required string ReplayId { get; init; }

    public required string Entity { get; init; }

    public required ReplayStatus Status { get; init; }

    /// <summary>The execution that started or resumed it last.</summary>
    public required string Execution { get; init; }

    /// <summary>The request in a line, long lists cut.</summary>
    public required string Summary { get; init; }

    public required int Slices { get; init; }

    public int SlicesDone { get; init; }

    /// <summary>Slices whose total is part of <see cref="Total"/>.</summary>
    public int SlicesCounted { get; init; }

    public long IdsPublished { get; init; }

    public long Pages { get; init; }

    /// <summary>Ids to publish, as far as slices know; the whole only when <see cref="SlicesCounted"/> equals <see cref="Slices"/>.</summary>
    public long Total { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it was paused; null while it is not.</summary>
    public DateTimeOffset? PausedAt { get; init; }

    /// <summary>When it succeeded, failed or was stopped.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When the last page was published; null before the first. It stands still when nobody works on the replay, whatever <see cref="Status"/> says.</summary>
    public DateTimeOffset? LastMovedAt { get; init; }

    /// <summary>Upper bound of ids a second as it was asked for last, at the start or when resumed; null when never: then the definition's counts.</summary>
    public int? RateBound { get; init; }

    /// <summary>Why a slice or the replay failed last; gone once it is resumed or has succeeded.</summary>
    public string? LastError { get; init; }
}

public enum SliceKind
{
    /// <summary>A run of the ids that the request lists.</summary>
    Ids,

    /// <summary>One query over the id source.</summary>
    Query,

    /// <summary>A query restricted to a run of one relation's keys, from the request's causes.</summary>
    Related,

    /// <summary>One segment of a scan.</summary>
    Segment,
}

/// <summary>What one slice reads; with the stored request it gives the same ids in every process.</summary>
/// <param name="Kind">How to read the rest.</param>
/// <param name="Relation">For <see cref="SliceKind.Related"/>.</param>
/// <param name="First">First of the request's ids, or of the relation's keys; or the segment.</param>
/// <param name="Count">How many ids or keys; or the count of segments.</param>
public sealed record ReplaySlice(SliceKind Kind, string? Relation = null, int First = 0, int Count = 0);

/// <summary>A replay to be created: progress, request and all slices, or nothing.</summary>
public sealed record NewReplay(ReplayRecord Record, ReplayRequest Request, ImmutableArray<ReplaySlice> Slices);

/// <summary>Names of the items that belong to a replay.</summary>
public static class ReplayParts
{
    /// <summary>Progress of the whole.</summary>
    public const string Replay = "replay";

    /// <summary>The request as it was accepted; never changes.</summary>
    public const string Request = "request";

    /// <summary><c>slice#0000</c>: checkpoint of one slice.</summary>
    public static string Slice(int index) => $"slice#{index:D4}";
}

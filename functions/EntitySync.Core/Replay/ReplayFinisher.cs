using System.Text.Json;
using System.Text.Json.Serialization;
using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Replay;

/// <summary>How a replay ended.</summary>
/// <param name="ReplayId">The replay.</param>
/// <param name="Status"><c>SUCCEEDED</c>, <c>FAILED</c>, <c>PAUSED</c>, <c>STOPPED</c>, or <c>TAKEN_OVER</c>: it was paused, and another execution has resumed it already.</param>
/// <param name="IdsPublished">Ids published so far, over all executions.</param>
/// <param name="Pages">Pages published so far.</param>
/// <param name="Message">The end in a sentence.</param>
/// <param name="Error">Name of the error when failed.</param>
/// <param name="Cause">Why, and how to go on, when failed.</param>
public sealed record ReplayEnd(
    [property: JsonPropertyName("replayId")] string ReplayId,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("idsPublished")] long IdsPublished,
    [property: JsonPropertyName("pages")] long Pages,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null,
    [property: JsonPropertyName("cause"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cause = null)
{
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
    public const string Paused = "PAUSED";
    public const string Stopped = "STOPPED";
    public const string TakenOver = "TAKEN_OVER";

    /// <summary>All slices; null when there is no such replay.</summary>
    [JsonPropertyName("slices"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Slices { get; init; }

    /// <summary>Slices that are through.</summary>
    [JsonPropertyName("slicesDone"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? SlicesDone { get; init; }

    /// <summary>Ids to publish; null while a slice does not know its share.</summary>
    [JsonPropertyName("total"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Total { get; init; }

    /// <summary>When the last page was published; null before the first.</summary>
    [JsonPropertyName("lastMovedAt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LastMovedAt { get; init; }
}

/// <summary>What Step Functions hands to a catch.</summary>
/// <param name="Error">Error name, e.g. <c>TransientException</c>.</param>
/// <param name="Cause">Text; from a Lambda the JSON <c>{"errorType","errorMessage",...}</c>.</param>
public sealed record CaughtError(
    [property: JsonPropertyName("Error")] string? Error,
    [property: JsonPropertyName("Cause")] string? Cause)
{
    private const int LongestReason = 2000;

    /// <summary>The cause as a person would put it.</summary>
    public string Reason()
    {
        var reason = ReadReason();
        return reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…";
    }

    private string ReadReason()
    {
        if (string.IsNullOrEmpty(Cause)) return "no cause given";
        try
        {
            using var json = JsonDocument.Parse(Cause);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("errorMessage", out var message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : Cause;
        }
        catch (JsonException)
        {
            return Cause;
        }
    }
}

/// <summary>Writes down how a replay ended. Calling it again changes nothing.</summary>
public sealed class ReplayFinisher(IReplayStore store, ILogger<ReplayFinisher> logger)
{
    /// <param name="replayId">The replay.</param>
    /// <param name="execution">Name of the execution that ends.</param>
    /// <param name="caught">The error that ends it; null when it had none: all slices are through, or were let go.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ReplayEnd> FinishAsync(string replayId, string execution, CaughtError? caught, CancellationToken cancellationToken)
    {
        var record = await store.FindAsync(replayId, cancellationToken);
        var end = record is null
            ? Failure(replayId, null, caught ?? new CaughtError("InvalidRequestException", $"There is no replay '{replayId}'."))
            : await EndAsync(record, execution, caught, cancellationToken);
        logger.LogInformation("Replay {ReplayId} {Status}: {Message}", end.ReplayId, end.Status, end.Message);
        return end;
    }

    private async Task<ReplayEnd> EndAsync(ReplayRecord record, string execution, CaughtError? caught, CancellationToken cancellationToken)
    {
        if (caught is not null) return await FailAsync(record, execution, caught, cancellationToken);
        if (record.Status == ReplayStatus.Stopped) return Left(record);
        if (record.SlicesDone == record.Slices) return await SucceedAsync(record, execution, cancellationToken);
        if (record.Status == ReplayStatus.Paused) return Left(record);
        // Its slices were let go while it was paused; by now somebody has resumed it.
        if (record.Execution != execution) return End(record, ReplayEnd.TakenOver, $"Replay '{record.ReplayId}' was paused, and execution '{record.Execution}' has taken it over.");
        return await FailAsync(record, execution, new CaughtError("ReplayIncomplete", $"Only {record.SlicesDone} of {record.Slices} slices are done."), cancellationToken);
    }

    private async Task<ReplayEnd> SucceedAsync(ReplayRecord record, string execution, CancellationToken cancellationToken)
    {
        var changed = await store.TryFinishAsync(record.ReplayId, execution, ReplayStatus.Succeeded, null, cancellationToken);
        var message = changed
            ? $"Replay '{record.ReplayId}' published {record.IdsPublished} ids in {record.Pages} pages."
            : $"Replay '{record.ReplayId}' was already done: {record.IdsPublished} ids in {record.Pages} pages.";
        return End(record, ReplayEnd.Succeeded, message);
    }

    private async Task<ReplayEnd> FailAsync(ReplayRecord record, string execution, CaughtError caught, CancellationToken cancellationToken)
    {
        var (error, reason) = (caught.Error ?? "Unknown", caught.Reason());
        // A distributed map tells that a slice failed, not why; the slice wrote that down.
        if (record is { LastError: { } lastError } && record.Execution == execution && !lastError.Contains(reason, StringComparison.Ordinal)) reason = $"{reason.TrimEnd('.')}. Last error: {lastError}";
        if (await store.TryFinishAsync(record.ReplayId, execution, ReplayStatus.Failed, $"{error}: {reason}", cancellationToken))
        {
            return Failure(record.ReplayId, record, caught, reason, $" The checkpoint is kept: start again with {{\"replayId\":\"{record.ReplayId}\"}} to go on after {record.IdsPublished} ids.");
        }

        // Who paused or stopped it wants no alarm for what went wrong meanwhile; when it is resumed it goes wrong again, or it was passing.
        var now = await store.FindAsync(record.ReplayId, cancellationToken);
        return now is { Status: ReplayStatus.Paused or ReplayStatus.Stopped } && now.Execution == execution ? Left(now, $" It had failed: {error}: {reason}") : Failure(record.ReplayId, record, caught, reason);
    }

    private static ReplayEnd Left(ReplayRecord record, string more = "") => record.Status == ReplayStatus.Paused
        ? End(record, ReplayEnd.Paused, $"Replay '{record.ReplayId}' is paused after {record.IdsPublished} ids; a page in flight is still finished. {{\"replayId\":\"{record.ReplayId}\"}} goes on.{more}")
        : End(record, ReplayEnd.Stopped, $"Replay '{record.ReplayId}' is stopped for good after {record.IdsPublished} ids; a page in flight is still finished.{more}");

    private static ReplayEnd Failure(string replayId, ReplayRecord? record, CaughtError caught, string? reason = null, string wayOut = "")
    {
        reason ??= caught.Reason();
        var cause = wayOut.Length == 0 ? reason : reason.TrimEnd('.') + "." + wayOut;
        var end = new ReplayEnd(replayId, ReplayEnd.Failed, record?.IdsPublished ?? 0, record?.Pages ?? 0, $"Replay '{replayId}' failed: {reason}", caught.Error ?? "Unknown", cause);
        return record is null ? end : WithState(end, record);
    }

    private static ReplayEnd End(ReplayRecord record, string status, string message) => WithState(new ReplayEnd(record.ReplayId, status, record.IdsPublished, record.Pages, message), record);

    private static ReplayEnd WithState(ReplayEnd end, ReplayRecord record) => end with
    {
        Slices = record.Slices,
        SlicesDone = record.SlicesDone,
        Total = record.SlicesCounted == record.Slices ? record.Total : null,
        LastMovedAt = record.LastMovedAt,
    };
}

using System.Text.Json;
using System.Text.Json.Serialization;
using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Replay;

/// <summary>How a replay ended.</summary>
/// <param name="ReplayId">The replay.</param>
/// <param name="Status"><c>SUCCEEDED</c> or <c>FAILED</c>.</param>
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
    [property: JsonPropertyName("cause"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cause = null);

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
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";

    /// <param name="replayId">The replay.</param>
    /// <param name="execution">Name of the execution that ends.</param>
    /// <param name="caught">The error that ends it; null when all slices are through.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ReplayEnd> FinishAsync(string replayId, string execution, CaughtError? caught, CancellationToken cancellationToken)
    {
        var record = await store.FindAsync(replayId, cancellationToken);
        var end = caught is not null || record is null
            ? await FailAsync(replayId, execution, record, caught ?? new CaughtError("InvalidRequestException", $"There is no replay '{replayId}'."), cancellationToken)
            : record.SlicesDone < record.Slices
                ? await FailAsync(replayId, execution, record, new CaughtError("ReplayIncomplete", $"Only {record.SlicesDone} of {record.Slices} slices are done."), cancellationToken)
                : await SucceedAsync(record, execution, cancellationToken);
        logger.LogInformation("Replay {ReplayId} {Status}: {Message}", end.ReplayId, end.Status, end.Message);
        return end;
    }

    private async Task<ReplayEnd> SucceedAsync(ReplayRecord record, string execution, CancellationToken cancellationToken)
    {
        var changed = await store.TryFinishAsync(record.ReplayId, execution, ReplayStatus.Succeeded, null, cancellationToken);
        var message = changed
            ? $"Replay '{record.ReplayId}' published {record.IdsPublished} ids in {record.Pages} pages."
            : $"Replay '{record.ReplayId}' was already done: {record.IdsPublished} ids in {record.Pages} pages.";
        return new ReplayEnd(record.ReplayId, Succeeded, record.IdsPublished, record.Pages, message);
    }

    private async Task<ReplayEnd> FailAsync(string replayId, string execution, ReplayRecord? record, CaughtError caught, CancellationToken cancellationToken)
    {
        var error = caught.Error ?? "Unknown";
        var reason = caught.Reason();
        // A distributed map tells that a slice failed, not why; the slice wrote that down.
        if (record is { LastError: { } lastError } && record.Execution == execution && !lastError.Contains(reason, StringComparison.Ordinal)) reason = $"{reason.TrimEnd('.')}. Last error: {lastError}";
        var noted = record is not null && await store.TryFinishAsync(replayId, execution, ReplayStatus.Failed, $"{error}: {reason}", cancellationToken);
        var cause = noted ? $"{reason.TrimEnd('.')}. The checkpoint is kept: start again with {{\"replayId\":\"{replayId}\"}} to go on after {record!.IdsPublished} ids." : reason;
        return new ReplayEnd(replayId, Failed, record?.IdsPublished ?? 0, record?.Pages ?? 0, $"Replay '{replayId}' failed: {reason}", error, cause);
    }
}

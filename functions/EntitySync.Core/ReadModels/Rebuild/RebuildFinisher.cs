using System.Text.Json.Serialization;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>How a rebuild ended.</summary>
/// <param name="ReadModel">The read model; empty when the request names none.</param>
/// <param name="Status"><c>SUCCEEDED</c> or <c>FAILED</c>.</param>
/// <param name="Version">The version that answers now; null while there is none.</param>
/// <param name="Message">The end in a sentence.</param>
/// <param name="Error">Name of the error when failed.</param>
/// <param name="Cause">Why, and how to go on, when failed.</param>
public sealed record RebuildEnd(
    [property: JsonPropertyName("readModel")] string ReadModel,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("version")] int? Version,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null,
    [property: JsonPropertyName("cause"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cause = null)
{
    public const string Succeeded = "SUCCEEDED";
    public const string Failed = "FAILED";
}

/// <summary>Lets the new version answer, in one conditional write, or notes why it does not. Called again it finds what it has done.</summary>
public sealed class RebuildFinisher(IReadModelRegistry registry, VersionRemoval removal, TimeProvider clock, ILogger<RebuildFinisher> logger)
{
    /// <param name="readModel">As the request names it; null when it does not.</param>
    /// <param name="plan">What was planned; null when planning failed.</param>
    /// <param name="caught">The error that ends the rebuild; null when all partitions are caught up.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<RebuildEnd> FinishAsync(string? readModel, RebuildPlan? plan, CaughtError? caught, CancellationToken cancellationToken)
    {
        readModel = plan?.ReadModel ?? readModel ?? "";
        var end = caught is not null || plan is null
            ? await FailAsync(readModel, plan, caught ?? new CaughtError(nameof(InvalidRequestException), "Nothing was planned."), cancellationToken)
            : await SwitchAsync(plan, cancellationToken);
        logger.LogInformation("{ReadModel} {Status}: {Message}", end.ReadModel, end.Status, end.Message);
        return end;
    }

    private async Task<RebuildEnd> SwitchAsync(RebuildPlan plan, CancellationToken cancellationToken)
    {
        var isRollback = plan.Outcome == RebuildPlan.Rollback;
        if (!isRollback && await UnfinishedAsync(plan, cancellationToken) is { } unfinished) return await FailAsync(plan.ReadModel, plan, unfinished, cancellationToken);
        var before = await registry.GetAsync(plan.ReadModel, cancellationToken);
        var state = await registry.ChangeAsync(
            plan.ReadModel, held => isRollback ? held?.RollBack(plan.Version, clock.GetUtcNow()) : held?.Switch(plan.Version, clock.GetUtcNow()), cancellationToken);
        if (state?.Live != plan.Version)
        {
            var why = isRollback ? $"Version {plan.Version} is not kept any more" : $"Version {plan.Version} is no longer being built";
            return await FailAsync(plan.ReadModel, plan, new CaughtError(nameof(ConflictException), $"{why}: another rebuild was first."), cancellationToken);
        }

        if (!isRollback) await registry.DeleteCheckpointsAsync(new ReadModelVersionId(plan.ReadModel, plan.Version), cancellationToken);
        var removed = await removal.RemoveAsync(state, cancellationToken);
        var message = before?.Live == plan.Version ? $"Version {plan.Version} answers already." : $"Version {plan.Version} answers now.";
        if (state.Previous is { } previous) message += $" Version {previous} is kept: {{\"readModel\":\"{plan.ReadModel}\",\"rollbackTo\":{previous}}} lets it answer again.";
        return new RebuildEnd(plan.ReadModel, RebuildEnd.Succeeded, plan.Version, removed.Length == 0 ? message : $"{message} {removed}");
    }

    /// <returns>What is missing; null when nothing is, or the version is not being built.</returns>
    private async Task<CaughtError?> UnfinishedAsync(RebuildPlan plan, CancellationToken cancellationToken)
    {
        // Another execution of this rebuild may have been quicker; it has deleted the checkpoints.
        if ((await registry.GetAsync(plan.ReadModel, cancellationToken))?.Building != plan.Version) return null;
        var checkpoints = await registry.GetCheckpointsAsync(new ReadModelVersionId(plan.ReadModel, plan.Version), cancellationToken);
        var unfinished = checkpoints.Where(checkpoint => !checkpoint.IsCaughtUp).Select(checkpoint => checkpoint.Slice).ToList();
        return unfinished.Count == 0 ? null
            : new CaughtError("RebuildIncomplete", $"{unfinished.Count} of {checkpoints.Count} partitions are not caught up: {string.Join(", ", unfinished.Take(5))}.");
    }

    private async Task<RebuildEnd> FailAsync(string readModel, RebuildPlan? plan, CaughtError caught, CancellationToken cancellationToken)
    {
        var (error, reason) = (caught.Error ?? "Unknown", caught.Reason());
        var state = readModel.Length == 0 ? null : await registry.ChangeAsync(readModel, Noted, cancellationToken);
        var cause = $"{reason.TrimEnd('.')}. {HowToGoOn(readModel, plan, state)}";
        return new RebuildEnd(readModel, RebuildEnd.Failed, state?.Live, $"The rebuild of '{readModel}' failed: {reason}", error, cause.TrimEnd());

        // What a partition has noted says more than the state machine knows of it.
        ReadModelState? Noted(ReadModelState? held)
        {
            if (held is null || (plan is not null && held.Building != plan.Version)) return held;
            if (plan is not null && held.LastError is { } noted && !noted.Contains(reason, StringComparison.Ordinal) && !reason.Contains(noted, StringComparison.Ordinal)) reason = $"{reason.TrimEnd('.')}. Last error: {noted}";
            // Without a plan this execution was refused; another one may go on with what is being built.
            var next = plan is null || held.FailedAt is not null ? held : held with { FailedAt = clock.GetUtcNow() };
            return held.LastError is { } last && reason.EndsWith(last, StringComparison.Ordinal) ? next : next with { LastError = $"{error}: {reason}" };
        }
    }

    private static string HowToGoOn(string readModel, RebuildPlan? plan, ReadModelState? state)
    {
        var answers = state?.Live is { } live ? $"Version {live} goes on answering" : "No version answers yet";
        if (plan is null) return state is null ? "" : $"{answers}.";
        return state?.Building == plan.Version
            ? $"{answers}. What was filled is kept: start again with {{\"readModel\":\"{readModel}\"}} to go on with version {plan.Version}, or with \"startAnew\":true to give it up."
            : $"{answers}.";
    }
}

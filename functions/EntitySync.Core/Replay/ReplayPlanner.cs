using System.Text.Json.Serialization;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Replay;

/// <summary>What the state machine carries on with.</summary>
/// <param name="ReplayId">Id of the replay.</param>
/// <param name="Entity">Its entity.</param>
/// <param name="Slices">Parts to publish, e.g. <c>slice#0000</c>; empty when nothing is left.</param>
/// <param name="Message">What was decided, in a sentence.</param>
public sealed record ReplayPlan(
    [property: JsonPropertyName("replayId")] string ReplayId,
    [property: JsonPropertyName("entity")] string Entity,
    [property: JsonPropertyName("slices")] IReadOnlyList<string> Slices,
    [property: JsonPropertyName("message")] string Message);

/// <summary>Accepts a request: creates its replay, goes on with the one that has its id, or pauses or stops that one.</summary>
public sealed class ReplayPlanner(EntityCatalog catalog, IReplayStore store, TimeProvider clock, ILogger<ReplayPlanner> logger)
{
    /// <param name="request">As it was typed or sent. A request without entity resumes the replay of its <c>replayId</c> as it was started, with another rate if it gives one.</param>
    /// <param name="execution">Name of the execution; the replay's id when the request names none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidRequestException">The request has mistakes, differs from the replay that already has its id, or that one was stopped.</exception>
    /// <exception cref="ConflictException">The replay was resumed at the same moment; call again.</exception>
    public async Task<ReplayPlan> PlanAsync(ReplayRequest request, string execution, CancellationToken cancellationToken)
    {
        ReplayRequestRules.CheckAction(request);
        if (request.Action is ReplayActions.Pause or ReplayActions.Stop) return await MarkAsync(request.ReplayId!, request.Action, cancellationToken);
        var replayId = request.ReplayId ?? execution;
        if (IsBareResume(request) && ReplayRequestRules.IdProblem(replayId) is null)
        {
            var stored = await store.FindRequestAsync(replayId, cancellationToken)
                ?? throw new InvalidRequestException($"There is no replay '{replayId}' to resume; name an entity to start one.");
            request = stored with { RatePerSecond = request.RatePerSecond };
        }

        var (definition, accepted) = ReplayRequestRules.Accept(request, replayId, catalog);
        var existing = await store.FindAsync(replayId, cancellationToken);
        if (existing is null)
        {
            var replay = Create(definition, accepted, execution);
            if (await store.TryCreateAsync(replay, cancellationToken)) return Plan(replay.Record, $"Started replay '{replayId}' with {replay.Slices.Length} slices.");
            existing = await store.FindAsync(replayId, cancellationToken)
                ?? throw new ConflictException($"Replay '{replayId}' was created and removed by somebody else meanwhile.");
        }

        return await ResumeAsync(existing, accepted, execution, cancellationToken);
    }

    private static bool IsBareResume(ReplayRequest request) =>
        request is { Entity.Length: 0, ReplayId: not null, Where: null, Ids: null, Causes: null };

    private async Task<ReplayPlan> ResumeAsync(ReplayRecord existing, ReplayRequest request, string execution, CancellationToken cancellationToken)
    {
        var stored = await store.FindRequestAsync(existing.ReplayId, cancellationToken)
            ?? throw new ConflictException($"Replay '{existing.ReplayId}' lost its request; start it under another replayId.");
        if (ReplayRequestText.Differences(stored, request) is { Count: > 0 } differences)
        {
            throw new InvalidRequestException(
                $"Replay '{existing.ReplayId}' was started with another request: {string.Join("; ", differences)}. " +
                $"Start with another replayId, or resume it with {{\"replayId\":\"{existing.ReplayId}\"}}.");
        }

        if (await store.TryResumeAsync(existing.ReplayId, execution, request.RatePerSecond, cancellationToken))
        {
            var rate = request.RatePerSecond is { } bound && bound != existing.RateBound ? $" From now on at most {bound} a second." : "";
            return Plan(existing, $"Resumed replay '{existing.ReplayId}' after {existing.IdsPublished} ids.{rate}");
        }

        var over = await FindAsync(existing.ReplayId, "resume", cancellationToken);
        // Called again because its first answer was lost, and meanwhile a person has said pause or stop: that counts.
        if (over.Execution == execution && over.Status is ReplayStatus.Paused or ReplayStatus.Stopped) return Plan(over, $"Replay '{over.ReplayId}' was paused or stopped before it began.", finished: true);
        if (over.Status != ReplayStatus.Stopped) return Plan(over, $"Replay '{over.ReplayId}' is already done.", finished: true);
        throw new InvalidRequestException(
            $"Replay '{over.ReplayId}' was stopped for good after {over.IdsPublished} ids and cannot be resumed ({over.Summary}). Start it anew, from the beginning, under another replayId.");
    }

    private async Task<ReplayPlan> MarkAsync(string replayId, string action, CancellationToken cancellationToken)
    {
        var isPause = action == ReplayActions.Pause;
        var marked = await store.TryMarkAsync(replayId, isPause ? ReplayStatus.Paused : ReplayStatus.Stopped, cancellationToken);
        var record = await FindAsync(replayId, action, cancellationToken);
        var message = record switch
        {
            _ when marked => $"Replay '{replayId}' is {(isPause ? "paused" : "stopped")} after {record.IdsPublished} ids.",
            { Status: ReplayStatus.Stopped } => $"Replay '{replayId}' was stopped before.",
            { Status: ReplayStatus.Succeeded } => $"Replay '{replayId}' is already done.",
            { Status: ReplayStatus.Paused } => $"Replay '{replayId}' is paused already.",
            _ when record.SlicesDone == record.Slices => $"Replay '{replayId}' has published everything; there is nothing to {action}.",
            _ => throw new ConflictException($"Replay '{replayId}' was resumed at the moment that it was to {action}."),
        };
        return Plan(record, message, finished: true);
    }

    private async Task<ReplayRecord> FindAsync(string replayId, string action, CancellationToken cancellationToken) =>
        await store.FindAsync(replayId, cancellationToken)
            ?? throw new InvalidRequestException($"There is no replay '{replayId}' to {action}; replays are kept for 90 days, and an execution that has just begun may not have made its replay yet.");

    private NewReplay Create(EntityDefinition definition, ReplayRequest request, string execution)
    {
        var slices = ReplaySlicing.Cut(definition, request);
        var now = clock.GetUtcNow();
        var record = new ReplayRecord
        {
            ReplayId = request.ReplayId!,
            Entity = definition.Entity,
            Status = ReplayStatus.Running,
            Execution = execution,
            Summary = ReplayRequestText.Summary(request),
            RateBound = request.RatePerSecond,
            Slices = slices.Length,
            StartedAt = now,
            UpdatedAt = now,
        };
        return new NewReplay(record, request, slices);
    }

    private ReplayPlan Plan(ReplayRecord record, string message, bool finished = false)
    {
        logger.LogInformation("{Message}", message);
        return new ReplayPlan(record.ReplayId, record.Entity, finished ? [] : [.. Enumerable.Range(0, record.Slices).Select(ReplayParts.Slice)], message);
    }
}

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

/// <summary>Accepts a request: creates its replay, or goes on with the one that has its id.</summary>
public sealed class ReplayPlanner(EntityCatalog catalog, IReplayStore store, TimeProvider clock, ILogger<ReplayPlanner> logger)
{
    /// <param name="request">As it was typed or sent. A request with nothing but a <c>replayId</c> resumes that replay as it was started.</param>
    /// <param name="execution">Name of the execution; the replay's id when the request names none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="InvalidRequestException">The request has mistakes, or differs from the replay that already has its id.</exception>
    public async Task<ReplayPlan> PlanAsync(ReplayRequest request, string execution, CancellationToken cancellationToken)
    {
        var replayId = request.ReplayId ?? execution;
        if (IsBareResume(request) && ReplayRequestRules.IdProblem(replayId) is null)
        {
            request = await store.FindRequestAsync(replayId, cancellationToken)
                ?? throw new InvalidRequestException($"There is no replay '{replayId}' to resume; name an entity to start one.");
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
        request is { Entity.Length: 0, ReplayId: not null, Where: null, Ids: null, RatePerSecond: null, Causes: null };

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

        if (existing.Status != ReplayStatus.Succeeded && await store.TryResumeAsync(existing.ReplayId, execution, cancellationToken))
        {
            return Plan(existing, $"Resumed replay '{existing.ReplayId}' after {existing.IdsPublished} ids.");
        }

        return Plan(existing, $"Replay '{existing.ReplayId}' is already done.", finished: true);
    }

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

using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Replay;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.ReferenceTables;

/// <param name="Started">Executions started now.</param>
/// <param name="AlreadyStarted">Executions that an earlier delivery of the same batch had started.</param>
/// <param name="Unchanged">Changes that moved only a row's version: no output can differ.</param>
/// <param name="Unusable">Changes that cannot be expressed in JSON.</param>
public sealed record TriggerResult(int Started, int AlreadyStarted, int Unchanged, int Unusable)
{
    /// <summary>Sequence number from which the batch must come again; null when it is done.</summary>
    public string? RestartAt { get; init; }
}

/// <summary>
/// Turns a batch of row changes into replays: one execution an entity, with the union of the changed keys (the last change of a key counts).
/// The names follow from the batch, so a batch delivered twice starts each replay once.
/// </summary>
public sealed class ReplayTrigger(EntityCatalog entities, IReplayStarter starter, ILogger<ReplayTrigger> log, int maximumInputBytes = TriggerPlan.DefaultMaximumInputBytes)
{
    /// <param name="source">What the sequence numbers belong to (the stream's ARN).</param>
    /// <exception cref="InvalidRequestException">No such state machine, or no permission: a person has to act, the batch must come again.</exception>
    public async Task<TriggerResult> RunAsync(string source, IReadOnlyList<RowChange> changes, CancellationToken cancellationToken)
    {
        var unusable = changes.Count(change => change.Unusable is not null);
        foreach (var change in changes.Where(change => change.Unusable is not null))
            log.LogError("{Table}@{SequenceNumber}, key {Key}, starts no replay: {Reason}", change.Table, change.SequenceNumber, change.Key, change.Unusable);
        var result = new TriggerResult(0, 0, changes.Count(change => change.Unusable is null && !change.ChangesContent), unusable);
        try
        {
            foreach (var request in TriggerPlan.For(EntitiesToReplay, source, changes, maximumInputBytes)) result = await StartAsync(request, result, cancellationToken);
            return result;
        }
        catch (Exception exception) when (exception is TransientException || (exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            log.LogWarning(exception, "The batch from {SequenceNumber} comes again", changes[0].SequenceNumber);
            return result with { RestartAt = changes[0].SequenceNumber };
        }
    }

    private async Task<TriggerResult> StartAsync(ReplayRequest request, TriggerResult result, CancellationToken cancellationToken)
    {
        var start = await starter.StartAsync(request.ReplayId!, request, cancellationToken);
        log.LogInformation("Replay {ReplayId} of {Entity} for {Causes} changed rows: {Start}", request.ReplayId, request.Entity, request.Causes!.Count, start);
        return start == ReplayStart.Started ? result with { Started = result.Started + 1 } : result with { AlreadyStarted = result.AlreadyStarted + 1 };
    }

    private List<string> EntitiesToReplay(string table)
    {
        var names = new List<string>();
        foreach (var definition in entities.LookingUp(table).Select(use => use.Definition).DistinctBy(definition => definition.Entity))
        {
            if (definition.Replay is not null) names.Add(definition.Entity);
            else log.LogWarning("{Table} changed, but entity {Entity} declares no replay: its outputs follow with its next updates only", table, definition.Entity);
        }

        return names;
    }
}

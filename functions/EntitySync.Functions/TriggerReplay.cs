using Amazon.Lambda.Core;
using Amazon.Lambda.DynamoDBEvents;
using EntitySync.Adapters;
using EntitySync.Core.ReferenceTables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>
/// Starts a replay of every entity that looks up a reference table whose rows changed: one execution an entity and batch, for all changed rows together.
/// Event source: the table's stream (new and old images, ReportBatchItemFailures); a batch window makes bursts into one replay. When an execution
/// cannot be started for now, the whole batch comes again; executions it had started are not started twice.
/// </summary>
public sealed class TriggerReplay(ReplayTrigger trigger, EntitySyncSettings settings, TimeProvider clock, ILogger<TriggerReplay> log)
{
    public TriggerReplay()
        : this(
            Startup.Services.GetRequiredService<ReplayTrigger>(),
            Startup.Services.GetRequiredService<EntitySyncSettings>(),
            Startup.Services.GetRequiredService<TimeProvider>(),
            Startup.Services.GetRequiredService<ILogger<TriggerReplay>>())
    {
    }

    [LambdaSerializer(typeof(DeepJsonSerializer))]
    public async Task<StreamsEventResponse> HandleAsync(DynamoDBEvent streamEvent, ILambdaContext context)
    {
        if (streamEvent?.Records is not { Count: > 0 } records) return StreamRecords.Response(null);
        using var time = RemainingTime.Token(context, clock);
        var changes = records.Select(record => StreamRecords.ToChange(record, settings.ReferenceTablePrefix)).ToList();
        var result = await trigger.RunAsync(records[0].EventSourceArn, changes, time.Token);
        log.LogInformation(
            "{Table}: {Changes} changes, {Unchanged} without new content, {Unusable} unusable; {Started} replays started, {AlreadyStarted} had been",
            changes[0].Table, changes.Count, result.Unchanged, result.Unusable, result.Started, result.AlreadyStarted);
        return StreamRecords.Response(result.RestartAt);
    }
}

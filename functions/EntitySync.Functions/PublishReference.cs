using Amazon.Lambda.Core;
using Amazon.Lambda.DynamoDBEvents;
using EntitySync.Adapters;
using EntitySync.Core.ReferenceTables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>
/// Publishes the changes of a reference table to the compacted topic of the same name: key = the row's key, value = the row as JSON with its version,
/// a tombstone for a deleted row. Event source: the table's stream (new and old images, one table an event, ReportBatchItemFailures). The response names
/// the first change that was not written; it and all after it come again. A row that JSON cannot express goes to the topic <c>TABLE-dead-letters</c>.
/// </summary>
public sealed class PublishReference(ReferencePublisher publisher, EntitySyncSettings settings, TimeProvider clock, ILogger<PublishReference> log)
{
    public PublishReference()
        : this(
            Startup.Services.GetRequiredService<ReferencePublisher>(),
            Startup.Services.GetRequiredService<EntitySyncSettings>(),
            Startup.Services.GetRequiredService<TimeProvider>(),
            Startup.Services.GetRequiredService<ILogger<PublishReference>>())
    {
    }

    [LambdaSerializer(typeof(DeepJsonSerializer))]
    public async Task<StreamsEventResponse> HandleAsync(DynamoDBEvent streamEvent, ILambdaContext context)
    {
        if (streamEvent?.Records is not { Count: > 0 } records) return StreamRecords.Response(null);
        using var time = RemainingTime.Token(context, clock);
        var changes = records.Select(record => StreamRecords.ToPublication(record, settings.ReferenceTablePrefix)).ToList();
        var result = await publisher.PublishAsync(changes, time.Token);
        log.LogInformation("{Table}: {Published} of {Changes} changes published, {DeadLettered} dead-lettered", changes[0].Table, result.Published, changes.Count, result.DeadLettered);
        return StreamRecords.Response(result.RestartAt);
    }
}

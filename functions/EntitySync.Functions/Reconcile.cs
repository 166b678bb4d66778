using Amazon.Lambda.Core;
using Amazon.Lambda.KafkaEvents;
using EntitySync.Core.Reconciliation;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>
/// Brings what is expected and what arrives together in the table of reconciliations. Event source: Kafka, with partial batch responses. Messages that cannot be used
/// go to the dead-letter topic; the response names, for each unfinished partition, the offset to go on from.
/// Throws when the whole batch must come again: a topic that no reconciliation reads, a missing permission.
/// </summary>
public sealed class Reconcile(ReconcileBatch batch)
{
    public Reconcile()
        : this(Startup.Services.GetRequiredService<ReconcileBatch>())
    {
    }

    public async Task<KafkaBatchResponse> HandleAsync(KafkaEvent kafkaEvent, ILambdaContext context)
    {
        var partitions = KafkaEventMapping.MapKafkaEvent(kafkaEvent);
        if (partitions.Count == 0) return KafkaBatchResponse.AllDone;
        var result = await batch.RunAsync(partitions, () => context.RemainingTime, CancellationToken.None);
        return KafkaBatchResponse.From(result.ComeAgain);
    }
}

using Amazon.Lambda.Core;
using Amazon.Lambda.KafkaEvents;
using EntitySync.Core.Enrichment;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>
/// Joins the lookup relations of the records in updates topics and writes the output topics. Event source: Kafka, with partial batch responses.
/// Records that cannot be used go to the dead-letter topic; the response names, for each unfinished partition, the offset to go on from.
/// Throws when the whole batch must come again: a topic that belongs to no entity, a missing permission.
/// </summary>
public sealed class Enrich(EnrichBatch batch)
{
    public Enrich()
        : this(Startup.Services.GetRequiredService<EnrichBatch>())
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

using Amazon.Lambda.Core;
using Amazon.Lambda.KafkaEvents;
using EntitySync.Core.ReadModels;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>
/// Keeps read models: brings events into the rows of all their versions. Event source: Kafka, from the beginning of the topics, with partial batch responses. Messages that cannot be used
/// go to the dead-letter topic; the response names, for each unfinished partition, the offset to go on from.
/// Throws when the whole batch must come again: a topic that no read model reads, a missing permission.
/// </summary>
public sealed class ProjectReadModel(ProjectBatch batch)
{
    public ProjectReadModel()
        : this(Startup.Services.GetRequiredService<ProjectBatch>())
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

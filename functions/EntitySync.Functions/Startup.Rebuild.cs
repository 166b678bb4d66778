using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.ReadModels.Rebuild;
using EntitySync.Core.Topics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>Services of PlanRebuild, FillReadModel and FinishRebuild. Needs those of read models.</summary>
internal static class RebuildServices
{
    public static IServiceCollection AddRebuild(this IServiceCollection services)
    {
        services.TryAddSingleton(new RebuildOptions());
        services.TryAddSingleton<ITopicReader>(provider => new KafkaTopicReader(
            provider.GetRequiredService<KafkaConnection>(), provider.GetRequiredService<ILogger<KafkaTopicReader>>()));
        services.TryAddSingleton<VersionRemoval>();
        services.TryAddSingleton<RebuildPlanner>();
        services.TryAddSingleton<ReadModelFiller>();
        services.TryAddSingleton<RebuildFinisher>();
        return services;
    }
}

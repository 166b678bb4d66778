using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>Definitions, clients and writers that several functions use.</summary>
internal static class SharedServices
{
    public static IServiceCollection AddShared(this IServiceCollection services)
    {
        services.TryAddSingleton<ITopicWriter>(provider => new KafkaTopicWriter(
            provider.GetRequiredService<EntitySyncSettings>(), provider.GetRequiredService<ILogger<KafkaTopicWriter>>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}

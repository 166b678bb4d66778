using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Adapters.StepFunctions;
using EntitySync.Core.Definitions;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>ReferenceApi, PublishReference, TriggerReplay, and the reader of related rows. Needs the definitions, the clients and an <see cref="ITopicWriter"/>.</summary>
internal static class ReferenceTablesServices
{
    public static IServiceCollection AddReferenceTables(this IServiceCollection services)
    {
        services.TryAddSingleton<IReferenceRowStore, DynamoDbReferenceRowStore>();
        services.TryAddSingleton<IRelatedRowReader, DynamoDbRelatedRowReader>();
        services.TryAddSingleton<IReplayStarter, StepFunctionsReplayStarter>();
        services.TryAddSingleton<ReferenceTableCatalog>();
        services.TryAddSingleton(provider => new ReferenceRows(provider.GetRequiredService<IReferenceRowStore>(), provider.GetRequiredService<TimeProvider>(), Random.Shared.NextDouble));
        services.TryAddSingleton<ReferenceBulk>();
        services.TryAddSingleton<ReferencePublisher>();
        services.TryAddSingleton(provider => new ReplayTrigger(
            provider.GetRequiredService<EntityCatalog>(), provider.GetRequiredService<IReplayStarter>(), provider.GetRequiredService<ILogger<ReplayTrigger>>()));
        return services
            .AddSingleton(provider => new ReferenceApi(
                provider.GetRequiredService<ReferenceTableCatalog>(),
                provider.GetRequiredService<ReferenceRows>(),
                provider.GetRequiredService<ReferenceBulk>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ReferenceApi>>()))
            .AddSingleton(provider => new PublishReference(
                provider.GetRequiredService<ReferencePublisher>(),
                provider.GetRequiredService<EntitySyncSettings>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<PublishReference>>()))
            .AddSingleton(provider => new TriggerReplay(
                provider.GetRequiredService<ReplayTrigger>(),
                provider.GetRequiredService<EntitySyncSettings>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<TriggerReplay>>()));
    }
}

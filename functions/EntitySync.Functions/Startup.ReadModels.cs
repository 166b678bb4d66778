using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Reads;
using EntitySync.Core.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>ProjectReadModel, ReadModelApi, and what all functions of read models share. Needs the definitions' folder, the DynamoDB client and an <see cref="ITopicWriter"/>.</summary>
internal static class ReadModelServices
{
    public static IServiceCollection AddReadModels(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => DefinitionLoader.LoadReadModels(provider.GetRequiredService<EntitySyncSettings>().DefinitionsPath));
        services.TryAddSingleton<IReadModelTable>(provider => new DynamoDbReadModelTable(
            provider.GetRequiredService<IAmazonDynamoDB>(),
            provider.GetRequiredService<EntitySyncSettings>().ReadModelTablePrefix,
            provider.GetRequiredService<TimeProvider>(),
            readsRefused: provider.GetRequiredService<EntitySyncSettings>().DynamoDbEndpoint is not null));
        services.TryAddSingleton<IReadModelRegistry>(provider => new DynamoDbReadModelRegistry(
            provider.GetRequiredService<IAmazonDynamoDB>(), provider.GetRequiredService<EntitySyncSettings>().ReadModelsTable, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IReadModelTables>(provider => new DynamoDbReadModelTables(
            provider.GetRequiredService<IAmazonDynamoDB>(), provider.GetRequiredService<EntitySyncSettings>().ReadModelTablePrefix));
        services.TryAddSingleton(_ => new CompiledReadModels());
        services.TryAddSingleton(provider => new RowWriter(
            provider.GetRequiredService<IReadModelTable>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RowWriter>>()));
        services.TryAddSingleton(provider => new ProjectBatch(
            provider.GetRequiredService<ReadModelCatalog>(),
            provider.GetRequiredService<CompiledReadModels>(),
            provider.GetRequiredService<IReadModelRegistry>(),
            provider.GetRequiredService<IReadModelTables>(),
            provider.GetRequiredService<IReadModelTable>(),
            provider.GetRequiredService<RowWriter>(),
            provider.GetRequiredService<ITopicWriter>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ProjectBatch>>()));
        services.TryAddSingleton<LiveVersions>();
        return services
            .AddSingleton(provider => new ProjectReadModel(provider.GetRequiredService<ProjectBatch>()))
            .AddSingleton(provider => new ReadModelApi(
                provider.GetRequiredService<ReadModelCatalog>(),
                provider.GetRequiredService<LiveVersions>(),
                provider.GetRequiredService<IReadModelRegistry>(),
                provider.GetRequiredService<IReadModelTable>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ReadModelApi>>()));
    }
}

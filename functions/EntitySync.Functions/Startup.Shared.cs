using Amazon.StepFunctions;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Adapters.Kafka;
using EntitySync.Adapters.StepFunctions;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Core.Topics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>Definitions, clients and writers that several functions use.</summary>
internal static class SharedServices
{
    public static IServiceCollection AddShared(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => DefinitionLoader.LoadCatalog(provider.GetRequiredService<EntitySyncSettings>().DefinitionsPath));
        services.TryAddSingleton(provider => DynamoDbClients.Create(provider.GetRequiredService<EntitySyncSettings>()));
        services.TryAddSingleton(typeof(IAmazonStepFunctions), provider => StepFunctionsClients.Create(provider.GetRequiredService<EntitySyncSettings>()));
        services.TryAddSingleton(provider => new KafkaConnection(
            provider.GetRequiredService<EntitySyncSettings>(), provider.GetRequiredService<ILogger<KafkaConnection>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new KafkaTopicWriter(
            provider.GetRequiredService<KafkaConnection>(), provider.GetRequiredService<ILogger<KafkaTopicWriter>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ITopicWriter>(provider => new CountedDeadLetters(provider.GetRequiredService<KafkaTopicWriter>(), provider.GetRequiredService<ILogger<CountedDeadLetters>>()));
        services.TryAddSingleton<ITopicReader>(provider => new KafkaTopicReader(provider.GetRequiredService<KafkaConnection>(), provider.GetRequiredService<ILogger<KafkaTopicReader>>()));
        return services;
    }
}

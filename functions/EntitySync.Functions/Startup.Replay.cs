using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Adapters.Solr;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EntitySync.Functions;

/// <summary>Services of PlanReplay, PublishReplayPages and FinishReplay.</summary>
internal static class ReplayServices
{
    public static IServiceCollection AddReplay(this IServiceCollection services)
    {
        // The source bounds each attempt itself, by the injected clock.
        services.AddHttpClient(SolrOptions.HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan);
        services.TryAddSingleton(new ReplayOptions());
        services.TryAddSingleton(provider => new SolrOptions { Url = provider.GetRequiredService<EntitySyncSettings>().SolrUrl });
        return services
            .AddSingleton<SolrIdSource>()
            .AddSingleton(provider => new DynamoDbIdSource(
                provider.GetRequiredService<IAmazonDynamoDB>(),
                provider.GetRequiredService<EntitySyncSettings>().ReferenceTablePrefix,
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new IdSources(new Dictionary<Type, IIdSource>
            {
                [typeof(SolrIdSourceDefinition)] = provider.GetRequiredService<SolrIdSource>(),
                [typeof(DynamoDbIdSourceDefinition)] = provider.GetRequiredService<DynamoDbIdSource>(),
            }))
            .AddSingleton<IReplayStore>(provider => new DynamoDbReplayStore(
                provider.GetRequiredService<IAmazonDynamoDB>(),
                provider.GetRequiredService<EntitySyncSettings>().ReplaysTable,
                provider.GetRequiredService<ReplayOptions>(),
                provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<ReplayPlanner>()
            .AddSingleton<ReplayPublisher>()
            .AddSingleton<ReplayFinisher>();
    }
}

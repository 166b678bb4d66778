using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Feeds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>Feed. Needs the definitions' folder and the DynamoDB client.</summary>
internal static class FeedServices
{
    public static IServiceCollection AddFeeds(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => DefinitionLoader.LoadFeeds(provider.GetRequiredService<EntitySyncSettings>().DefinitionsPath));
        services.TryAddSingleton<IFeedPages>(provider => new DynamoDbFeedPages(provider.GetRequiredService<IAmazonDynamoDB>(), provider.GetRequiredService<EntitySyncSettings>().FeedsTable));
        services.TryAddSingleton<FeedReader>();
        return services.AddSingleton(provider => new Feed(
            provider.GetRequiredService<FeedCatalog>(),
            provider.GetRequiredService<FeedReader>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Feed>>()));
    }
}

using Amazon.Runtime.Credentials;
using EntitySync.Adapters.Kafka;
using EntitySync.Adapters.Msk;
using EntitySync.Core.Topics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>What CreateTopics and FindBrokers work with.</summary>
internal static class TopicServices
{
    private const string MskClientName = "msk";

    public static IServiceCollection AddTopics(this IServiceCollection services)
    {
        // Each attempt is bounded by the injected clock.
        services.AddHttpClient(MskClientName, client => client.Timeout = Timeout.InfiniteTimeSpan);
        services.TryAddSingleton<ITopicAdmin>(provider => new KafkaTopicAdmin(
            provider.GetRequiredService<KafkaConnection>(), provider.GetRequiredService<ILogger<KafkaTopicAdmin>>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<TopicCreator>();
        services.TryAddSingleton(provider => new MskBrokers(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(MskClientName), () => DefaultAWSCredentialsIdentityResolver.GetCredentials(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}

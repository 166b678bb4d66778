using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using EntitySync.Adapters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace EntitySync.Functions;

/// <summary>
/// Composition root of all functions. A handler's parameterless constructor takes what it needs from <see cref="Services"/>;
/// the local runner and tests build their own provider with <see cref="AddEntitySync"/>.
/// </summary>
public static class Startup
{
    private static readonly Lazy<ServiceProvider> Provider = new(() => new ServiceCollection().AddEntitySync(EntitySyncSettings.FromEnvironment()).BuildServiceProvider());

    public static IServiceProvider Services => Provider.Value;

    public static IServiceCollection AddEntitySync(this IServiceCollection services, EntitySyncSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging(logging => logging.AddProvider(new JsonLineLoggerProvider(Console.OpenStandardOutput(), TimeProvider.System)));
        return services
            .AddSingleton(settings)
            .AddShared()
            .AddReferenceTables()
            .AddReplay()
            .AddEnrichment()
            .AddReconciliation()
            .AddReadModels()
            .AddRebuild()
            .AddFeeds()
            .AddTopics();
    }
}

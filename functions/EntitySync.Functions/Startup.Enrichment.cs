using EntitySync.Adapters;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>Enrich. Needs the definitions, an <see cref="IRelatedRowReader"/> and an <see cref="ITopicWriter"/>.</summary>
internal static class EnrichmentServices
{
    public static IServiceCollection AddEnrichment(this IServiceCollection services) => services
        .AddSingleton(provider => new RowCacheOptions
        {
            MaximumAge = TimeSpan.FromSeconds(provider.GetRequiredService<EntitySyncSettings>().EnrichCacheMaximumAgeSeconds),
        })
        .AddSingleton<EnrichOptions>()
        .AddSingleton<RowCache>()
        .AddSingleton<EnrichBatch>()
        .AddSingleton(provider => new Enrich(provider.GetRequiredService<EnrichBatch>()));
}

using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Hooks;
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
        .AddSingleton<Func<EntityDefinition, IEntityHook>>(provider => new HookLoader(provider.GetRequiredService<EntitySyncSettings>().HooksPath).Load)
        .AddSingleton<EnrichBatch>()
        .AddSingleton(provider => new Enrich(provider.GetRequiredService<EnrichBatch>()));
}

using EntitySync.Core.ReadModels.Rebuild;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EntitySync.Functions;

/// <summary>Services of PlanRebuild, FillReadModel and FinishRebuild. Needs those of read models.</summary>
internal static class RebuildServices
{
    public static IServiceCollection AddRebuild(this IServiceCollection services)
    {
        services.TryAddSingleton(new RebuildOptions());
        services.TryAddSingleton<VersionRemoval>();
        services.TryAddSingleton<RebuildPlanner>();
        services.TryAddSingleton<ReadModelFiller>();
        services.TryAddSingleton<RebuildFinisher>();
        return services;
    }
}

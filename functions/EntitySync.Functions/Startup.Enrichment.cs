using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

internal static class EnrichmentServices
{
    public static IServiceCollection AddEnrichment(this IServiceCollection services) => services;
}

using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

/// <summary>Definitions, clients and writers that several functions use.</summary>
internal static class SharedServices
{
    public static IServiceCollection AddShared(this IServiceCollection services) => services;
}

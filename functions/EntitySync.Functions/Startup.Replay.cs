using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

internal static class ReplayServices
{
    public static IServiceCollection AddReplay(this IServiceCollection services) => services;
}

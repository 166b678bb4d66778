using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Functions;

internal static class ReferenceTablesServices
{
    public static IServiceCollection AddReferenceTables(this IServiceCollection services) => services;
}

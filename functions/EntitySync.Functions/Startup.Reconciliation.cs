using Amazon.DynamoDBv2;
using EntitySync.Adapters;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Definitions;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace EntitySync.Functions;

/// <summary>Reconcile, PublishCompleted, SweepOverdue and ReconciliationApi. Needs the definitions' folder, the DynamoDB client and an <see cref="ITopicWriter"/>.</summary>
internal static class ReconciliationServices
{
    // A sweep writes to no topic, so it needs no time for one that does not answer.
    private static readonly ReconcileOptions SweepOptions = new() { SafetyMargin = TimeSpan.FromSeconds(10) };

    public static IServiceCollection AddReconciliation(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => DefinitionLoader.LoadReconciliations(provider.GetRequiredService<EntitySyncSettings>().DefinitionsPath));
        services.TryAddSingleton<IReconciliationTable>(provider => new DynamoDbReconciliationTable(
            provider.GetRequiredService<IAmazonDynamoDB>(),
            provider.GetRequiredService<EntitySyncSettings>().ReconciliationsTable,
            readsRefused: provider.GetRequiredService<EntitySyncSettings>().DynamoDbEndpoint is not null));
        services.TryAddSingleton(provider => new ReconcileBatch(
            provider.GetRequiredService<ReconciliationCatalog>(),
            provider.GetRequiredService<IReconciliationTable>(),
            provider.GetRequiredService<ITopicWriter>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ReconcileBatch>>()));
        services.TryAddSingleton(provider => new OverdueSweep(
            provider.GetRequiredService<ReconciliationCatalog>(),
            provider.GetRequiredService<IReconciliationTable>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OverdueSweep>>(),
            SweepOptions));
        services.TryAddSingleton<CompletionPublisher>();
        services.TryAddSingleton<ReconciliationView>();
        return services
            .AddSingleton(provider => new Reconcile(provider.GetRequiredService<ReconcileBatch>()))
            .AddSingleton(provider => new PublishCompleted(
                provider.GetRequiredService<CompletionPublisher>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PublishCompleted>>()))
            .AddSingleton(provider => new SweepOverdue(provider.GetRequiredService<OverdueSweep>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new ReconciliationApi(
                provider.GetRequiredService<ReconciliationCatalog>(),
                provider.GetRequiredService<IReconciliationTable>(),
                provider.GetRequiredService<ReconciliationView>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ReconciliationApi>>()));
    }
}

using EntitySync.Adapters;
using EntitySync.Core.Reconciliation;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Testing;
using EntitySync.Tests.Template;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Tests.Functions;

public sealed class StartupReconciliationTests
{
    [Theory]
    [InlineData(typeof(Reconcile))]
    [InlineData(typeof(PublishCompleted))]
    [InlineData(typeof(SweepOverdue))]
    [InlineData(typeof(ReconciliationApi))]
    [InlineData(typeof(IReconciliationTable))]
    public async Task Function_IsBuiltFromTheServices(Type type)
    {
        var settings = new EntitySyncSettings { DynamoDbEndpoint = "http://127.0.0.1:1", DefinitionsPath = Checkout.PathOf("infra", "entities") };
        await using var services = new ServiceCollection().AddSingleton<ITopicWriter, RecordingTopicWriter>().AddEntitySync(settings).BuildServiceProvider();
        services.GetRequiredService(type).ShouldNotBeNull();
    }
}

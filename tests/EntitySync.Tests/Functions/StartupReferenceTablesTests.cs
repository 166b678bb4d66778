using EntitySync.Adapters;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Tests.Functions;

public sealed class StartupReferenceTablesTests
{
    [Theory]
    [InlineData(typeof(ReferenceApi))]
    [InlineData(typeof(PublishReference))]
    [InlineData(typeof(TriggerReplay))]
    [InlineData(typeof(IRelatedRowReader))]
    public async Task Function_IsBuiltFromTheServices(Type type)
    {
        var settings = new EntitySyncSettings { DynamoDbEndpoint = "http://127.0.0.1:1", StepFunctionsEndpoint = "http://127.0.0.1:1" };
        await using var services = new ServiceCollection().AddSingleton<ITopicWriter, RecordingTopicWriter>().AddEntitySync(settings).BuildServiceProvider();
        services.GetRequiredService(type).ShouldNotBeNull();
    }
}

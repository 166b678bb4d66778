using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Feeds;
using EntitySync.Core.Topics;
using EntitySync.Functions;
using EntitySync.Tests.Template;
using Microsoft.Extensions.DependencyInjection;

namespace EntitySync.Tests.Functions;

public sealed class StartupFeedsTests
{
    [Theory]
    [InlineData(typeof(Feed))]
    [InlineData(typeof(FeedReader))]
    [InlineData(typeof(ITopicReader))]
    [InlineData(typeof(IFeedPages))]
    public async Task Function_IsBuiltFromTheServices(Type type)
    {
        var settings = new EntitySyncSettings { DynamoDbEndpoint = "http://127.0.0.1:1", KafkaBootstrapServers = "127.0.0.1:1", DefinitionsPath = Checkout.PathOf("infra", "entities") };
        await using var services = new ServiceCollection().AddEntitySync(settings).BuildServiceProvider();
        services.GetRequiredService(type).ShouldNotBeNull();
        services.GetRequiredService<FeedCatalog>().TryGet("items-merged", out _).ShouldBeTrue();
    }
}

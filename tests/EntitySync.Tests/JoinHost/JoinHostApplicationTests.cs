using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.JoinHost;
using EntitySync.Testing;

namespace EntitySync.Tests.JoinHost;

public sealed class JoinHostApplicationTests
{
    [Fact]
    public void NoThreads_IsRefused() =>
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(new EntitySyncSettings { JoinThreads = 0 }, new EntityCatalog([SampleDefinitions.Item()])))
            .Message.ShouldBe("JOIN_THREADS must be at least 1.");

    [Fact]
    public void EntityThatCannotBeJoined_IsRefusedBeforeTheStart()
    {
        var item = SampleDefinitions.Item();
        var debezium = item with { Root = item.Root with { Format = DocumentFormat.Debezium } };
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(new EntitySyncSettings(), new EntityCatalog([debezium]))).Message.ShouldContain("'item'");
    }
}

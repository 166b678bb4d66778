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

    [Theory]
    [InlineData("", "ssl", "KAFKA_BOOTSTRAP_SERVERS is not set.")]
    [InlineData("localhost:1", "tls", "KAFKA_SECURITY_PROTOCOL is 'tls'; allowed: plaintext, ssl, sasl_ssl, sasl_plaintext.")]
    public void NoUsableCluster_IsRefusedBeforeTheStart(string servers, string protocol, string problem) =>
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(
                new EntitySyncSettings { KafkaBootstrapServers = servers, KafkaSecurityProtocol = protocol }, new EntityCatalog([SampleDefinitions.Item()])))
            .Message.ShouldBe(problem);

    [Fact]
    public void EntityThatCannotBeJoined_IsRefusedBeforeTheStart()
    {
        var item = SampleDefinitions.Item();
        var stream = item with { Root = item.Root with { Format = DocumentFormat.Debezium, Kind = RootKind.Stream } };
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(new EntitySyncSettings(), new EntityCatalog([stream]))).Message.ShouldContain("'item'");
    }
}

using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.JoinHost;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.JoinHost;

public sealed class JoinHostApplicationTests
{
    [Fact]
    public void NoThreads_IsRefused() =>
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(new EntitySyncSettings { JoinThreads = 0 }, new EntityCatalog([SampleDefinitions.Item()])))
            .Message.ShouldBe("JOIN_THREADS must be at least 1.");

    [Theory]
    [InlineData("", "ssl", "KAFKA_BOOTSTRAP_SERVERS is not set.")]
    [InlineData("localhost:1", "tls", "KAFKA_SECURITY_PROTOCOL is 'tls'; allowed: ssl, sasl_ssl, plaintext.")]
    public void NoUsableCluster_IsRefusedBeforeTheStart(string servers, string protocol, string problem) =>
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(
                new EntitySyncSettings { KafkaBootstrapServers = servers, KafkaSecurityProtocol = protocol }, new EntityCatalog([SampleDefinitions.Item()])))
            .Message.ShouldBe(problem);

    /// <summary>A deployment of reconciliations only: nothing to subscribe to, and no reason to be restarted.</summary>
    [Fact]
    public async Task NoEntity_IsReadyWithoutThreads()
    {
        await using var application = JoinHostApplication.Build(
            new EntitySyncSettings { KafkaBootstrapServers = "localhost:1", JoinHttpPort = 0 }, new EntityCatalog([]), logging => logging.ClearProviders(), new JoinHostOptions { ListenAddress = System.Net.IPAddress.Loopback });
        await application.StartAsync(TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        var ready = await http.GetAsync(new Uri(application.Address, "/ready"), TestContext.Current.CancellationToken);

        ready.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (application.Status.IsReady, application.Status.Threads.Count, application.Status.Entities.Count).ShouldBe((true, 0, 0));
        (ready.Headers.GetValues("X-Content-Type-Options").Single(), ready.Headers.Contains("Server")).ShouldBe(("nosniff", false));
        await application.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void EntityThatCannotBeJoined_IsRefusedBeforeTheStart()
    {
        var item = SampleDefinitions.Item();
        var stream = item with { Root = item.Root with { Format = DocumentFormat.Debezium, Kind = RootKind.Stream } };
        Should.Throw<InvalidRequestException>(() => JoinHostApplication.Build(new EntitySyncSettings(), new EntityCatalog([stream]))).Message.ShouldContain("'item'");
    }
}

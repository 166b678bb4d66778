using System.Diagnostics;
using EntitySync.JoinHost;
using EntitySync.Local.Kafka;
using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>Kills a container in a process of its own, again and again, and reads what is committed at the end.</summary>
[Trait("Category", "Integration")]
public sealed class KilledJoinHostTests(LocalPartsFixture parts)
{
    private const int Items = 20_000;
    private const int Kills = 6;

    [Fact]
    public async Task KilledAtRandomPoints_EveryEmissionIsCommittedOnce()
    {
        if (TestTopics.RealServers is null) Assert.Skip("KAFKA_BOOTSTRAP_SERVERS is not set: the embedded cluster does not hide what is not committed.");
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        await using var cluster = new JoinCluster();
        var definitions = Directory.CreateTempSubdirectory("entitysync-killed-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(definitions.FullName, "item.yaml"), Yaml(cluster), TestContext.Current.CancellationToken);
            var feed = Feed(cluster);
            for (var kill = 0; kill < Kills; kill++) await RunAndKillAsync(cluster, definitions.FullName, random.Next(20, Items / 4));
            await feed;
            await using var last = Start(cluster, definitions.FullName);
            await cluster.ReadUntilAsync(outputs => outputs.Count >= 2 * Items, "item-updates");
            var outputs = cluster.ReadAll();
            outputs.Select(output => output.Value).Order(StringComparer.Ordinal).ShouldBe(
                Enumerable.Range(0, 2 * Items).Select(index => Document(index % Items, (index / Items) + 1)).Order(StringComparer.Ordinal), $"seed {seed}");
            foreach (var key in outputs.GroupBy(output => output.Key)) key.Select(output => output.Value).ShouldBeInOrder();
        }
        finally
        {
            definitions.Delete(recursive: true);
        }
    }

    private static string Document(int sku, int version) => $$"""{"sku":"s{{sku}}","v":{{version}}}""";

    private static Task Feed(JoinCluster cluster) => Task.Run(() =>
    {
        for (var version = 1; version <= 2; version++)
        {
            for (var sku = 0; sku < Items; sku++) cluster.Item($"s{sku}", version);
            cluster.FlushProducer();
        }
    });

    /// <summary>Lives until it has emitted some more, as committed records show; then the process is gone at once.</summary>
    private async Task RunAndKillAsync(JoinCluster cluster, string definitions, int emissions)
    {
        var before = cluster.ReadAll().Count;
        await using var host = Start(cluster, definitions);
        await cluster.UntilAsync(() => cluster.ReadAll().Count is var now && (now >= before + emissions || now == 2 * Items), "it emits");
        using var process = Process.GetProcessById(host.Id);
        process.Kill();
        await host.Ended;
    }

    private ChildProcess Start(JoinCluster cluster, string definitions) => ChildProcess.Start(
        parts.Run,
        new ChildCommand("join host", Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [typeof(JoinHostApplication).Assembly.Location])
        {
            Environment = new Dictionary<string, string?>
            {
                ["KAFKA_BOOTSTRAP_SERVERS"] = cluster.Settings.KafkaBootstrapServers,
                ["KAFKA_SECURITY_PROTOCOL"] = cluster.Settings.KafkaSecurityProtocol,
                ["JOIN_GROUP_ID"] = cluster.Settings.JoinGroupId,
                ["JOIN_INSTANCE_ID"] = "victim",
                ["JOIN_HTTP_PORT"] = "0",
                ["DEFINITIONS_PATH"] = definitions,
                ["LD_LIBRARY_PATH"] = NativeKafka.BroughtByNuGet ? null : Path.GetDirectoryName(LocalSetup.KafkaLibrary),
            },
        });

    private static string Yaml(JoinCluster cluster) => $$"""
        entity: {{cluster.Entity}}
        root: { topic: {{cluster.Topic("items")}}, key: sku }
        relations:
          deliveryClass:
            from: delivery-classes
            key: name
            match: deliveryClasses[]
            pick: { min: minimumTime }
            set: { minimumDeliveryTime: minimumTime }
            missing: omit
            strategy: lookup
        output: { topic: {{cluster.Topic("items-merged")}} }
        """;
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EntitySync.JoinHost;
using EntitySync.Local.Kafka;
using EntitySync.Local.Processes;
using EntitySync.Local.Setup;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>The program of the container with its environment, in a process of its own, and the health command beside it.</summary>
[Trait("Category", "Integration")]
public sealed class ContainerProcessTests(LocalPartsFixture parts)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Container_IsUnhealthyUntilItsTopicsAreThere_StopsByItself_AndWritesNoFile()
    {
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.CreateTopics(JoinCluster.Topics.Where(topic => topic != "item-dead-letters"));
        var definitions = Directory.CreateTempSubdirectory("entitysync-container-");
        var scratch = Directory.CreateTempSubdirectory("entitysync-scratch-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(definitions.FullName, "item.yaml"), Yaml(cluster), TestContext.Current.CancellationToken);
            var environment = Environment(cluster, definitions.FullName, scratch.FullName);
            await using var host = Start(environment, scratch.FullName);
            var missing = await UntilAsync(() => HealthAsync(environment, scratch.FullName), health => health.Log.Contains("does not exist", StringComparison.Ordinal), host);
            missing.ShouldBe(
                (1, $"http://127.0.0.1:{environment["JOIN_HTTP_PORT"]}/health answers 503: thread 0 does not work yet (waiting): topic '{cluster.Entity}-dead-letters' of entity '{cluster.Entity}' does not exist\n"));

            cluster.CreateTopics(["item-dead-letters"]);
            await UntilAsync(() => HealthAsync(environment, scratch.FullName), health => health == (0, ""), host);
            scratch.EnumerateFileSystemInfos().Select(entry => entry.Name).ShouldBeEmpty("its root is read-only");
            UnixProcess.Signal(host.Id, UnixProcess.Terminate);
            (await host.Ended.WaitAsync(Deadline, TestContext.Current.CancellationToken)).ExitCode.ShouldBe(0);
            scratch.EnumerateFileSystemInfos().Select(entry => entry.Name).ShouldBeEmpty();
        }
        finally
        {
            definitions.Delete(recursive: true);
            scratch.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string?> Environment(JoinCluster cluster, string definitions, string scratch) => new()
    {
        ["KAFKA_BOOTSTRAP_SERVERS"] = cluster.Settings.KafkaBootstrapServers,
        ["KAFKA_SECURITY_PROTOCOL"] = cluster.Settings.KafkaSecurityProtocol,
        ["JOIN_GROUP_ID"] = cluster.Settings.JoinGroupId,
        ["JOIN_PROCESSING_GUARANTEE"] = "at-least-once",
        ["JOIN_HTTP_PORT"] = $"{FreePort()}",
        ["DEFINITIONS_PATH"] = definitions,
        ["DOTNET_EnableDiagnostics"] = "0", // as in the image
        ["TMPDIR"] = scratch,
        ["HOME"] = scratch,
        ["LD_LIBRARY_PATH"] = NativeKafka.BroughtByNuGet ? null : Path.GetDirectoryName(LocalSetup.KafkaLibrary),
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Dotnet => System.Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    private ChildProcess Start(Dictionary<string, string?> environment, string folder) => ChildProcess.Start(
        parts.Run, new ChildCommand("join host", Dotnet, [typeof(JoinHostApplication).Assembly.Location]) { Environment = environment, WorkingFolder = folder });

    private static async Task<(int ExitCode, string Log)> HealthAsync(Dictionary<string, string?> environment, string folder)
    {
        var start = new ProcessStartInfo(Dotnet, [typeof(JoinHostApplication).Assembly.Location, HealthCommand.Argument]) { WorkingDirectory = folder, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var log = await process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, log.ReplaceLineEndings("\n"));
    }

    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isEnough, ChildProcess host)
    {
        for (var started = Stopwatch.StartNew(); ;)
        {
            var answer = await ask();
            if (isEnough(answer)) return answer;
            if (started.Elapsed > Deadline) throw new TimeoutException($"It still answers {answer}.\n{string.Join('\n', host.LastLines)}");
        }
    }

    private static string Yaml(JoinCluster cluster) => $$"""
        entity: {{cluster.Entity}}
        root: { topic: {{cluster.Topic("items")}}, key: sku }
        relations:
          deliveryClass: { from: delivery-classes, key: name, match: 'deliveryClasses[]', pick: { min: minimumTime }, set: { minimumDeliveryTime: minimumTime }, missing: omit, strategy: lookup }
        output: { topic: {{cluster.Topic("items-merged")}} }
        """;
}

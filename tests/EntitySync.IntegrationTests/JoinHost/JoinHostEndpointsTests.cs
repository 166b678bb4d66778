using System.Net;
using System.Text.Json;

namespace EntitySync.IntegrationTests.JoinHost;

[Trait("Category", "Integration")]
public sealed class JoinHostEndpointsTests
{
    [Fact]
    public async Task Endpoints_TellWhatTheContainerDoes()
    {
        await using var cluster = new JoinCluster(partitions: 2);
        cluster.Options = cluster.Options with { ChecksTopicSettings = true, RequestTimeout = TimeSpan.FromSeconds(3) };
        var host = await cluster.StartReadyHostAsync();
        using var client = new HttpClient { BaseAddress = host.Address };
        cluster.Item("s0", 1);
        cluster.Item("s1", 1);
        cluster.Produce("items", "p", "poison");
        cluster.Replay("nobody");
        cluster.FlushProducer();
        await cluster.UntilAsync(() => host.Status.Threads[0].Tasks.Sum(task => task.Committed) == 3 && host.Status.Threads[0].Tasks.Sum(task => task.ReplayCommitted) == 1, "all is committed");

        if (TestTopics.RealServers is null) cluster.Log.Lines.Count(line => line.Contains("does not tell whether items are compacted")).ShouldBe(1);
        (await client.GetAsync("/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/nothing")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var status = JsonDocument.Parse(await client.GetStringAsync("/status"));
        var item = status.RootElement.GetProperty("entities").GetProperty(cluster.Entity);
        item.EnumerateObject().Select(count => (count.Name, count.Value.GetInt64())).ShouldBe(
        [
            ("processed", 4), ("emitted", 2), ("replayed", 0), ("unknownIds", 1), ("deadLettered", 1), ("passedOver", 0), ("keysInWrongPartition", 0), ("sharedKeys", 0), ("restored", 0),
            ("questions", 0), ("answers", 0), ("rowsRekeyed", 0), ("rowsJoined", 0), ("visited", 0), ("suppressed", 0), ("dropped", 0), ("staleAnswers", 0),
        ]);
        var tasks = status.RootElement.GetProperty("threads")[0].GetProperty("tasks").EnumerateArray().ToList();
        tasks.Select(task => task.GetProperty("partition").GetInt32()).Order().ShouldBe([0, 1]);
        tasks.Sum(task => task.GetProperty("rows").GetInt64()).ShouldBe(2);
        var sources = tasks.SelectMany(task => task.GetProperty("sources").EnumerateArray()).ToList();
        sources.Select(source => source.GetProperty("role").GetString()).Order().ShouldBe(["Replay", "Replay", "Root", "Root"]);
        sources.Where(source => source.GetProperty("role").GetString() == "Root").Sum(source => source.GetProperty("position").GetInt64()).ShouldBe(3);
    }

    [Fact]
    public async Task MoreThreadsThanPartitions_IsReadyNevertheless()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        var host = await cluster.StartHostAsync(threads: 2);
        await cluster.UntilAsync(() => host.Status.IsReady, "both threads have joined");
        host.Status.Threads.Sum(thread => thread.Tasks.Count).ShouldBe(1);
    }
}

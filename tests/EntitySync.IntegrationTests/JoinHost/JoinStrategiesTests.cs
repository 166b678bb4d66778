using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.JoinHost;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>The whole of a topology on a cluster: related rows, fan-outs, restarts and rebalances in the middle of them.</summary>
[Trait("Category", "Integration")]
public sealed class JoinStrategiesTests
{
    private const string Output = "items-merged";

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public async Task RelatedRowChanges_ReachTheirItemsAlsoAfterARestart(Strategy strategy)
    {
        await using var cluster = new JoinCluster(partitions: 2, createTopics: false);
        cluster.Use(strategy);
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.IsReady, "it is ready");
        Class(cluster, "express", 24);
        Class(cluster, "slow", 96);
        for (var sku = 0; sku < 20; sku++) Item(cluster, sku, sku < 10 ? "express" : "slow");
        cluster.FlushProducer();
        await UntilTimesAre(cluster, express: 24, slow: 96);

        Class(cluster, "express", 12);
        cluster.FlushProducer();
        await UntilTimesAre(cluster, express: 12, slow: 96);
        await host.StopAsync();

        Class(cluster, "slow", 72);
        cluster.FlushProducer();
        var second = await cluster.StartHostAsync();
        await UntilTimesAre(cluster, express: 12, slow: 72);
        second.Status.Entities[cluster.Entity].Restored.ShouldBe(20);
        await cluster.UntilAsync(() => second.Status.Threads[0].Tasks.All(task => task.IsLive && task.Fanouts.Count == 0), "the status shows that it is done");
    }

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public async Task RebalanceAndCrashInTheMiddleOfAFanout_ReachEveryItem(Strategy strategy)
    {
        const int items = 3_000;
        await using var cluster = new JoinCluster(partitions: 4, createTopics: false);
        cluster.Options = cluster.Options with { FanoutStep = TimeSpan.FromMicroseconds(50), FanoutInFlight = 20, CommitInterval = TimeSpan.FromMilliseconds(10) };
        cluster.Use(strategy);
        var first = await cluster.StartHostAsync();
        Class(cluster, "express", 24);
        for (var sku = 0; sku < items; sku++) Item(cluster, sku, "express");
        cluster.FlushProducer();
        await UntilAll(cluster, items, 24);

        var before = first.Status.Entities[cluster.Entity].Emitted;
        Class(cluster, "express", 12);
        cluster.FlushProducer();
        await cluster.UntilAsync(() => first.Status.Entities[cluster.Entity].Emitted > before, "the fan-out goes on");
        var second = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => second.Status.IsReady && second.Status.Threads[0].Tasks.Count > 0, "the second host takes part");
        await UntilAll(cluster, items, 12);

        before = first.Status.Entities[cluster.Entity].Emitted;
        Class(cluster, "express", 6);
        cluster.FlushProducer();
        await cluster.UntilAsync(() => first.Status.Entities[cluster.Entity].Emitted > before, "the next one goes on");
        await first.AbandonAsync();
        await UntilAll(cluster, items, 6);
    }

    [Fact]
    public async Task MoreRelatedRowsThanTheBudget_WaitsAndSaysSo()
    {
        await using var cluster = new JoinCluster(partitions: 2, createTopics: false);
        cluster.Options = cluster.Options with { Join = (cluster.Options.Join ?? new JoinOptions()) with { BroadcastBytes = 10_000 } };
        cluster.Use(Strategy.Broadcast);
        for (var row = 0; row < 1_000; row++) Class(cluster, $"class-{row}", row);
        cluster.FlushProducer();
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].Reason is not null, "the reason is shown");

        host.Status.IsReady.ShouldBeFalse();
        host.Status.Threads[0].State.ShouldBe("waiting");
        host.Status.Threads[0].Reason!.ShouldContain("shuffle");
    }

    private static void Class(JoinCluster cluster, string name, int hours) =>
        cluster.Produce("delivery-classes", name, $$"""{"name":"{{name}}","minimumTime":{{hours}},"maximumTime":{{2 * hours}}}""");

    private static void Item(JoinCluster cluster, int sku, string deliveryClass) =>
        cluster.Produce("items", $"s{sku}", $$"""{"sku":"s{{sku}}","deliveryClasses":["{{deliveryClass}}"]}""");

    private static Task<List<JoinCluster.Output>> UntilTimesAre(JoinCluster cluster, int express, int slow) => UntilLast(
        cluster, last => last.Count == 20 && last.All(output => output.Value!.Contains($"\"minimumDeliveryTime\":{(int.Parse(output.Key![1..]) < 10 ? express : slow)},")));

    private static Task<List<JoinCluster.Output>> UntilAll(JoinCluster cluster, int items, int hours) =>
        UntilLast(cluster, last => last.Count == items && last.All(output => output.Value!.Contains($"\"minimumDeliveryTime\":{hours},")));

    private static Task<List<JoinCluster.Output>> UntilLast(JoinCluster cluster, Func<List<JoinCluster.Output>, bool> isRight) =>
        cluster.ReadUntilAsync(outputs => isRight([.. outputs.GroupBy(output => output.Key).Select(key => key.Last())]), Output);
}

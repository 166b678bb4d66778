using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>A stream root with a shuffle relation on a cluster: events wait for answers, and no more of them than there is room for.</summary>
[Trait("Category", "Integration")]
public sealed class JoinStreamTests
{
    private const string Output = "items-merged";

    [Fact]
    public async Task MoreEventsThanMayWait_HoldTheirTopicBackAndLoseNeitherOneNorTheirOrder()
    {
        const int events = 240; // about 24 times held back: a busy machine takes a second or more for each
        await using var cluster = Cluster(waitingEvents: 5);
        for (var number = 0; number < events; number += 2) Class(cluster, $"c{number}", number);
        for (var number = 0; number < events; number++) Event(cluster, number);
        cluster.FlushProducer();
        var host = await cluster.StartHostAsync();

        var outputs = await cluster.ReadUntilAsync(outputs => outputs.Count >= events, Output);
        ExpectEach(outputs, events);
        outputs.Count.ShouldBe(events);
        host.Status.Entities[cluster.Entity].DeadLettered.ShouldBe(0);
    }

    [Fact]
    public async Task CrashWhileEventsWait_LosesNone()
    {
        const int events = 400;
        await using var cluster = Cluster(waitingEvents: 50);
        var first = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => first.Status.IsReady, "it is ready");
        for (var number = 0; number < events; number++)
        {
            if (number % 2 == 0) Class(cluster, $"c{number}", number);
            Event(cluster, number);
        }

        cluster.FlushProducer();
        await cluster.UntilAsync(() => first.Status.Entities[cluster.Entity].Emitted > 0, "the first events have left");
        await first.AbandonAsync();
        await cluster.StartHostAsync();

        var outputs = await cluster.ReadUntilAsync(outputs => outputs.Select(output => output.Key).Distinct().Count() == events, Output);
        outputs.Select(output => output.Key).Distinct().Count().ShouldBe(events);
    }

    private static JoinCluster Cluster(int waitingEvents)
    {
        var cluster = new JoinCluster(partitions: 2, createTopics: false);
        cluster.Options = cluster.Options with
        {
            Join = (cluster.Options.Join ?? new JoinOptions()) with { WaitingEvents = waitingEvents },
            CommitInterval = TimeSpan.FromMilliseconds(10),
            FetchWait = TimeSpan.FromMilliseconds(10), // the embedded cluster answers an empty fetch when its time is over, not when something comes
        };
        cluster.Definition = cluster.Definition with { Root = cluster.Definition.Root with { Kind = RootKind.Stream }, Replay = null };
        cluster.Use(Strategy.Shuffle);
        return cluster;
    }

    private static void Class(JoinCluster cluster, string name, int hours) =>
        cluster.Produce("delivery-classes", name, $$"""{"name":"{{name}}","minimumTime":{{hours}},"maximumTime":{{2 * hours}}}""");

    private static void Event(JoinCluster cluster, int number) =>
        cluster.Produce("items", $"e{number}", $$"""{"sku":"e{{number}}","n":{{number}},"deliveryClasses":["c{{number}}"]}""");

    /// <summary>Every event is there, and those of a partition in the order they were produced.</summary>
    private static void ExpectEach(List<JoinCluster.Output> outputs, int events)
    {
        foreach (var partition in outputs.GroupBy(output => output.Partition))
        {
            var numbers = partition.Select(output => int.Parse(output.Key![1..], System.Globalization.CultureInfo.InvariantCulture)).ToList();
            numbers.ShouldBe(numbers.Order());
        }

        outputs.Select(output => output.Key).ShouldBe(Enumerable.Range(0, events).Select(number => $"e{number}"), ignoreOrder: true);
    }
}

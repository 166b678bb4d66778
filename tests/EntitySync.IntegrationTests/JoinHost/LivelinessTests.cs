using EntitySync.Core.Definitions;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>What must be noted though nothing else happens, and what must end though nothing goes on.</summary>
[Trait("Category", "Integration")]
public sealed class LivelinessTests
{
    [Fact]
    public async Task BadRelatedRow_IsDeadLetteredOnceThoughNothingElseHappensBeforeACrash()
    {
        await using var cluster = new JoinCluster(partitions: 1, createTopics: false);
        cluster.Use(Strategy.Broadcast);
        cluster.Produce("delivery-classes", "express", "bad");
        cluster.FlushProducer();
        var first = await cluster.StartReadyHostAsync();
        await cluster.ReadUntilAsync(outputs => outputs.Count > 0, "item-dead-letters");
        await cluster.ReadUntilAsync(notes => notes.Any(note => note.Key!.StartsWith('P')), "item-progress");
        await first.AbandonAsync();

        var second = await cluster.StartReadyHostAsync();
        cluster.Item("a", 1);
        cluster.FlushProducer();
        await cluster.ReadUntilAsync(outputs => outputs.Count > 0, "items-merged");
        await second.StopAsync();
        cluster.ReadAll("item-dead-letters").Select(letter => letter.Key).ShouldBe(["express"]);
    }

    [Fact]
    public async Task ThreadThatDoesNotStopInTime_IsLeftBehindWithoutAnException()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        cluster.Options = cluster.Options with { StopTimeout = TimeSpan.FromMilliseconds(300) };
        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetBrokerDown(broker);
        var host = await cluster.StartHostAsync();
        await host.StopAsync();

        cluster.Log.Lines.ShouldContain(line => line.Contains("are left behind"));
    }
}

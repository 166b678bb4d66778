using System.Net;
using EntitySync.Core.Definitions;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>What the container finds out about topics before it joins.</summary>
[Trait("Category", "Integration")]
public sealed class TopicCheckTests
{
    [Fact]
    public async Task MissingTopicAndUnequalPartitions_AreNamedAndTriedAgain()
    {
        await using var cluster = new JoinCluster(partitions: 4, createTopics: false);
        cluster.CreateTopics(["items", "item-updates"]);
        cluster.CreateTopic("item-replay", 3);
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].Reason is not null, "the reason is shown");

        host.Status.Threads[0].Reason.ShouldBe(
            $"topic '{cluster.Topic("item-dead-letters")}' of entity '{cluster.Entity}' does not exist; "
            + $"topic '{cluster.Topic("item-replay")}' has 3 partitions and '{cluster.Topic("items")}' has 4: they must be equal");
        using var client = new HttpClient { BaseAddress = host.Address };
        var ready = await client.GetAsync("/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("item-dead-letters");
        (await client.GetAsync("/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task MissingInternalTopics_AreNamedWithWhatTheyMustBe()
    {
        await using var cluster = new JoinCluster(partitions: 2);
        var relation = cluster.Definition.Relations.Single() with { Strategy = Strategy.Broadcast, From = cluster.Topic("items-2") };
        cluster.Definition = cluster.Definition with { Relations = [relation], Output = new OutputDefinition(cluster.Topic("item-updates")) };
        cluster.CreateTopic("items-2", 3);
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].Reason is not null, "the reason is shown");

        host.Status.Threads[0].Reason.ShouldBe(
            $"topic '{cluster.Entity}-progress' of entity '{cluster.Entity}' does not exist; it is one of the topology's own: "
            + $"create it with the partitions of '{cluster.Topic("items")}' and cleanup.policy=compact");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RootTopicThatIsNotCompacted_IsRefusedUnlessAllowed(bool isAllowed)
    {
        if (TestTopics.RealServers is null) Assert.Skip("KAFKA_BOOTSTRAP_SERVERS is not set: the embedded cluster does not tell the settings of topics.");
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.CreateTopic("items", cluster.Partitions, isCompacted: false);
        cluster.CreateTopics(JoinCluster.Topics.Where(topic => topic != "items"));
        cluster.Settings = cluster.Settings with { JoinAllowUncompacted = isAllowed };
        var host = await cluster.StartHostAsync();

        await cluster.UntilAsync(() => isAllowed ? host.Status.IsReady : host.Status.Threads[0].Reason is not null, "it has decided");
        var problem = $"topic '{cluster.Topic("items")}' has cleanup.policy=delete: after a restart the state would be only what its retention has left";
        if (isAllowed) cluster.Log.Lines.ShouldContain(line => line.Contains(problem));
        else host.Status.Threads[0].Reason.ShouldBe(problem + ". Set it to compact, or JOIN_ALLOW_UNCOMPACTED=true");
    }

    [Fact]
    public async Task TopicMadeLater_IsFound()
    {
        await using var cluster = new JoinCluster(createTopics: false);
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].State == "waiting", "it waits");
        cluster.CreateTopics(JoinCluster.Topics);
        await cluster.UntilAsync(() => host.Status.IsReady, "it is ready");
    }
}

using System.Net;
using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.JoinHost;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>What ECS is told, asked with the command that it runs.</summary>
[Trait("Category", "Integration")]
public sealed class HealthTests
{
    [Fact]
    public async Task MissingTopic_IsUnhealthyUntilItIsThere()
    {
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.CreateTopics(JoinCluster.Topics.Where(topic => topic != "item-dead-letters"));
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].Reason is not null, "the reason is shown");

        (await AskAsync(host)).ShouldBe(
            (1, $"{host.Address}health answers 503: thread 0 does not work yet (waiting): topic '{cluster.Topic("item-dead-letters")}' of entity '{cluster.Entity}' does not exist\n"));
        cluster.CreateTopics(["item-dead-letters"]);
        await cluster.UntilAsync(() => host.Status.IsReady, "it is ready");
        (await AskAsync(host)).ShouldBe((0, ""));
    }

    [Fact]
    public async Task BrokersThatDoNotAnswer_AreUnhealthyBeforeTheFirstWork()
    {
        await using var cluster = new JoinCluster();
        cluster.Options = cluster.Options with { RequestTimeout = TimeSpan.FromSeconds(1) };
        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetBrokerDown(broker);
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].State == "waiting", "it waits");

        var (exitCode, problem) = await AskAsync(host);
        exitCode.ShouldBe(1);
        problem.ShouldStartWith($"{host.Address}health answers 503: thread 0 does not work yet (waiting): Local_");
    }

    [Fact]
    public async Task RestoringContainer_IsHealthyThoughItIsNotReady()
    {
        await using var cluster = new JoinCluster(partitions: 1, createTopics: false);
        cluster.Use(Strategy.Broadcast);
        cluster.Options = cluster.Options with { RestoreStep = 0 }; // takes none of what it is to restore
        cluster.Produce("delivery-classes", "express", """{"name":"express","minimumTime":1}""");
        cluster.FlushProducer();
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].State == "restoring", "it restores");

        (await AskAsync(host)).ShouldBe((0, ""));
        using var client = new HttpClient { BaseAddress = host.Address };
        (await client.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefusedPermission_IsUnhealthyOnlyAsLongAsNothingHasWorked(bool hasWorked)
    {
        const short OffsetCommit = 8;
        await using var cluster = new JoinCluster(partitions: 1);
        cluster.Options = cluster.Options with { FirstBackoff = TimeSpan.FromMinutes(1), LongestBackoff = TimeSpan.FromMinutes(1) };
        if (!hasWorked) cluster.Kafka.PushRequestErrors(OffsetCommit, ErrorCode.GroupAuthorizationFailed);
        var host = await cluster.StartReadyHostAsync();
        host.Status.Threads[0].HasWorked.ShouldBeFalse();
        cluster.Item("a", 1);
        cluster.FlushProducer();
        if (hasWorked)
        {
            await cluster.UntilAsync(() => host.Status.Threads[0].HasWorked, "it has committed");
            cluster.Kafka.PushRequestErrors(OffsetCommit, ErrorCode.GroupAuthorizationFailed);
            cluster.Item("a", 2);
            cluster.FlushProducer();
        }

        await cluster.UntilAsync(() => host.Status.Threads[0].State == "waiting", "its session has ended");
        var (exitCode, problem) = await AskAsync(host);
        exitCode.ShouldBe(hasWorked ? 0 : 1);
        problem.Contains("GroupAuthorizationFailed", StringComparison.Ordinal).ShouldBe(!hasWorked);
    }

    [Fact]
    public async Task ContainerThatRunsForAWhile_HasWorkedThoughNothingCame()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        cluster.Options = cluster.Options with { WorksAfter = TimeSpan.FromMilliseconds(200) };
        var host = await cluster.StartReadyHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].HasWorked, "it has run for a while");
    }

    [Fact]
    public async Task ThreadThatShowsNoSignOfLife_IsUnhealthyThoughItHasJoined()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        cluster.Options = cluster.Options with { HangsAfter = TimeSpan.FromTicks(1) };
        var host = await cluster.StartReadyHostAsync();

        (await AskAsync(host)).ShouldBe((1, $"{host.Address}health answers 503: thread 0 has shown no sign of life for 0 s\n"));
        using var client = new HttpClient { BaseAddress = host.Address };
        (await client.GetAsync("/live")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    private static async Task<(int ExitCode, string Log)> AskAsync(JoinHostApplication host)
    {
        var log = new StringWriter { NewLine = "\n" };
        return (await HealthCommand.RunAsync(new EntitySyncSettings { JoinHttpPort = host.Address.Port }, log), log.ToString());
    }
}

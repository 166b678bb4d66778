using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;
using EntitySync.IntegrationTests.JoinHost;
using EntitySync.Local.Kafka;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Kafka;

/// <summary>What the embedded cluster can answer, and everything on a real one.</summary>
[Trait("Category", "Integration")]
public sealed class KafkaTopicAdminTests
{
    [Fact]
    public async Task Partitions_AreThoseOfAllTopics_AndAskingMakesNone()
    {
        using var kafka = new EmbeddedKafka();
        kafka.CreateTopic("items", 3);
        kafka.CreateTopic("orders", 1);
        using var admin = Admin(kafka.BootstrapServers);

        (await admin.PartitionsAsync(CancellationToken.None)).OrderBy(topic => topic.Key).ShouldBe([new("items", 3), new("orders", 1)]);
        kafka.CreateTopic("purchases", 2);
        (await admin.PartitionsAsync(CancellationToken.None)).OrderBy(topic => topic.Key).ShouldBe([new("items", 3), new("orders", 1), new("purchases", 2)]);
    }

    [Fact]
    public async Task RequestsThatNobodyAnswers_AreTriedAgainAndThenATransientFailure()
    {
        using var kafka = new EmbeddedKafka();
        using var admin = Admin(kafka.BootstrapServers, patience: TimeSpan.FromMilliseconds(200));

        foreach (var call in (Func<Task>[])[
            () => admin.CreateAsync([new WantedTopic("items", 1, null, IsOurs: true)], CancellationToken.None),
            () => admin.SettingsAsync(["items"], CancellationToken.None),
            () => admin.ChangeAsync([new SettingsChange("items", new Dictionary<string, string> { ["retention.ms"] = "1" })], CancellationToken.None)])
        {
            (await Should.ThrowAsync<TransientException>(call)).Message.ShouldStartWith("The cluster could not ");
        }
    }

    [Fact]
    public async Task Cancellation_EndsTheAttempts()
    {
        using var kafka = new EmbeddedKafka();
        using var admin = Admin(kafka.BootstrapServers);
        using var over = new CancellationTokenSource();
        var call = admin.CreateAsync([new WantedTopic("items", 1, null, IsOurs: true)], over.Token);
        await over.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
    }

    [Fact]
    public async Task RealCluster_GetsWhatIsMissing_KeepsWhatOthersOwn_AndNothingTwice()
    {
        if (TestTopics.RealServers is not { } servers)
        {
            Assert.Skip("KAFKA_BOOTSTRAP_SERVERS is not set: the embedded cluster makes no topics over the protocol.");
            return;
        }

        NativeKafka.Load();
        var cancellationToken = TestContext.Current.CancellationToken;
        var prefix = $"t{Guid.NewGuid().ToString("N")[..8]}-";
        WantedTopic[] wanted =
        [
            new(prefix + "items", 3, null, IsOurs: false),
            new(prefix + "item-replay", 3, TimeSpan.FromHours(168), IsOurs: true),
            new(prefix + "order-events", 1, Timeout.InfiniteTimeSpan, IsOurs: true),
        ];
        using var own = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        try
        {
            using var one = Admin(servers);
            using var other = Admin(servers);
            var both = await Task.WhenAll(Creator(one).RunAsync(wanted, cancellationToken), Creator(other).RunAsync(wanted, cancellationToken));
            both.Sum(result => result.Created).ShouldBe(3);
            both.Sum(result => result.Unchanged).ShouldBe(3);

            await own.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
            {
                [Resource(wanted[0].Name)] = [Set("cleanup.policy", "delete")],
                [Resource(wanted[1].Name)] = [Set("retention.ms", "60000"), Set("segment.ms", "60000")],
            });
            (await Creator(one).RunAsync(wanted, cancellationToken)).ShouldBe(new TopicsResult(Created: 0, Changed: 1, Different: 1, Unchanged: 1));
            var found = await one.SettingsAsync([.. wanted.Select(topic => topic.Name)], cancellationToken);
            found[wanted[0].Name].Values["cleanup.policy"].ShouldBe("delete", "it belongs to others");
            (found[wanted[1].Name].Values["retention.ms"], found[wanted[1].Name].Values["segment.ms"]).ShouldBe(("604800000", "60000"), "what is not named stays");
            (found[wanted[2].Name].Values["cleanup.policy"], found[wanted[2].Name].Values["retention.ms"]).ShouldBe(("delete", "-1"));

            (await Should.ThrowAsync<InvalidRequestException>(Creator(one).RunAsync([wanted[0] with { Partitions = 4 }], cancellationToken))).Message
                .ShouldEndWith($"{prefix}items has 3 and 4 are wanted.");
        }
        finally
        {
            await own.DeleteTopicsAsync(wanted.Select(topic => topic.Name));
        }
    }

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };

    private static ConfigEntry Set(string name, string value) => new() { Name = name, Value = value, IncrementalOperation = AlterConfigOpType.Set };

    private static TopicCreator Creator(ITopicAdmin admin) => new(admin, TimeProvider.System, NullLogger<TopicCreator>.Instance);

    // Pauses between attempts are over at once.
    private static KafkaTopicAdmin Admin(string servers, TimeSpan? patience = null)
    {
        var settings = new EntitySyncSettings { KafkaBootstrapServers = servers, KafkaSecurityProtocol = "plaintext" };
        return new KafkaTopicAdmin(new KafkaConnection(settings), NullLogger<KafkaTopicAdmin>.Instance, patience is null ? TimeProvider.System : new LeapingClock(), patience);
    }
}

using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;
using EntitySync.Testing;

namespace EntitySync.Tests.Adapters.Kafka;

/// <summary>What brokers answer, topic by topic, and what becomes of it. Pauses between attempts are over at once.</summary>
public sealed class KafkaTopicAdminTests : IDisposable
{
    private static readonly WantedTopic Items = new("items", 12, null, IsOurs: true);
    private static readonly WantedTopic Orders = new("orders", 3, TimeSpan.FromHours(1), IsOurs: true);

    private readonly List<string> _created = [];
    private readonly ScriptedAdminClient _client;
    private readonly KafkaTopicAdmin _admin;

    public KafkaTopicAdminTests()
    {
        (var clients, _client) = ScriptedAdminClient.Make();
        _admin = new KafkaTopicAdmin(clients, new LeapingClock());
    }

    public void Dispose() => _admin.Dispose();

    [Fact]
    public async Task NewTopics_HaveTheBrokersReplication()
    {
        Answers();
        (await CreateAsync(Items, Orders)).ShouldBeEmpty();
        _created.ShouldBe(["items 12 x-1 cleanup.policy=compact, orders 3 x-1 cleanup.policy=delete retention.ms=3600000"]);
    }

    [Fact]
    public async Task TopicThatExists_IsNamedAndNoFailure()
    {
        Answers(Reports(("items", ErrorCode.TopicAlreadyExists), ("orders", ErrorCode.NoError)));
        (await CreateAsync(Items, Orders)).ShouldBe(["items"]);
        _created.Count.ShouldBe(1);
    }

    [Fact]
    public async Task TopicThatFailed_IsTriedAgainAlone()
    {
        Answers(Reports(("items", ErrorCode.NoError), ("orders", ErrorCode.NotController)));
        (await CreateAsync(Items, Orders)).ShouldBeEmpty();
        _created.ShouldBe(["items 12 x-1 cleanup.policy=compact, orders 3 x-1 cleanup.policy=delete retention.ms=3600000", "orders 3 x-1 cleanup.policy=delete retention.ms=3600000"]);
    }

    [Fact]
    public async Task PermissionGivenAMomentAgo_IsWaitedFor()
    {
        Answers(Reports(("items", ErrorCode.TopicAuthorizationFailed)), Reports(("items", ErrorCode.ClusterAuthorizationFailed)));
        (await CreateAsync(Items)).ShouldBeEmpty();
        _created.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(ErrorCode.TopicAuthorizationFailed, 9)]
    [InlineData(ErrorCode.PolicyViolation, 1)]
    [InlineData(ErrorCode.InvalidReplicationFactor, 1)]
    [InlineData(ErrorCode.InvalidConfig, 1)]
    public async Task RefusedTopic_IsNamedWithTheReason(ErrorCode code, int attempts)
    {
        Answers([.. Enumerable.Range(0, attempts).Select(_ => Reports(("items", ErrorCode.NoError), ("orders", code)))]);
        (await Should.ThrowAsync<InvalidRequestException>(CreateAsync(Items, Orders))).Message.ShouldBe($"The cluster could not create topics: orders ({code}: because)");
        _created.Count.ShouldBe(attempts);
    }

    [Fact]
    public async Task BrokersThatStayAway_AreATransientFailure()
    {
        var asked = 0;
        _client.On(nameof(IAdminClient.GetMetadata), _ =>
        {
            asked++;
            throw new KafkaException(Of(ErrorCode.Local_Transport));
        });
        (await Should.ThrowAsync<TransientException>(() => _admin.PartitionsAsync(CancellationToken.None))).Message.ShouldBe("The cluster could not list the topics: Local_Transport: because");
        asked.ShouldBe(9);
    }

    [Fact]
    public async Task Settings_AreToldTopicByTopic()
    {
        _client.On(nameof(IAdminClient.DescribeConfigsAsync), _ => throw new DescribeConfigsException(
        [
            new DescribeConfigsReport { ConfigResource = Resource("items"), Error = Of(ErrorCode.NoError), Entries = new() { ["cleanup.policy"] = new ConfigEntryResult { Name = "cleanup.policy", Value = "compact" } } },
            new DescribeConfigsReport { ConfigResource = Resource("orders"), Error = new Error(ErrorCode.TopicAuthorizationFailed, "not yours"), Entries = [] },
        ]));
        var found = await _admin.SettingsAsync(["items", "orders"], CancellationToken.None);
        found["items"].Values.ShouldBe(new Dictionary<string, string> { ["cleanup.policy"] = "compact" });
        found["items"].Refusal.ShouldBeNull();
        found["orders"].Values.ShouldBeEmpty();
        found["orders"].Refusal.ShouldBe("TopicAuthorizationFailed: not yours");
    }

    [Fact]
    public async Task SettingsOfATopicThatABrokerDoesNotKnowYet_AreAskedForAgain()
    {
        var answers = new Queue<Exception>([new DescribeConfigsException([new DescribeConfigsReport { ConfigResource = Resource("items"), Error = Of(ErrorCode.UnknownTopicOrPart), Entries = [] }])]);
        _client.On(
            nameof(IAdminClient.DescribeConfigsAsync),
            _ => answers.TryDequeue(out var failure) ? throw failure : Task.FromResult(new List<DescribeConfigsResult> { new() { ConfigResource = Resource("items"), Entries = [] } }));
        (await _admin.SettingsAsync(["items"], CancellationToken.None))["items"].Refusal.ShouldBeNull();
        answers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Change_SetsWhatIsNamedAndNothingElse()
    {
        Dictionary<ConfigResource, List<ConfigEntry>>? sent = null;
        _client.On(nameof(IAdminClient.IncrementalAlterConfigsAsync), arguments =>
        {
            sent = (Dictionary<ConfigResource, List<ConfigEntry>>)arguments[0]!;
            return Task.FromResult(new List<IncrementalAlterConfigsResult>());
        });
        await _admin.ChangeAsync([new SettingsChange("items", new Dictionary<string, string> { ["retention.ms"] = "-1" })], CancellationToken.None);
        var (resource, entries) = sent!.ShouldHaveSingleItem();
        (resource.Type, resource.Name).ShouldBe((ResourceType.Topic, "items"));
        entries.Select(entry => (entry.Name, entry.Value, entry.IncrementalOperation)).ShouldBe([("retention.ms", "-1", AlterConfigOpType.Set)]);
    }

    [Fact]
    public async Task RefusedChange_IsNamed()
    {
        _client.On(nameof(IAdminClient.IncrementalAlterConfigsAsync), _ => throw new IncrementalAlterConfigsException(
            [new IncrementalAlterConfigsReport { ConfigResource = Resource("items"), Error = new Error(ErrorCode.InvalidConfig, "cleanup.policy cannot be changed") }]));
        (await Should.ThrowAsync<InvalidRequestException>(() => _admin.ChangeAsync([new SettingsChange("items", new Dictionary<string, string> { ["cleanup.policy"] = "compact" })], CancellationToken.None)))
            .Message.ShouldBe("The cluster could not change settings: items (InvalidConfig: cleanup.policy cannot be changed)");
    }

    private Task<IReadOnlySet<string>> CreateAsync(params WantedTopic[] topics) => _admin.CreateAsync(topics, CancellationToken.None);

    /// <summary>Attempt by attempt; success when there is no more.</summary>
    private void Answers(params CreateTopicsException[] failures)
    {
        var left = new Queue<CreateTopicsException>(failures);
        _client.On(nameof(IAdminClient.CreateTopicsAsync), arguments =>
        {
            _created.Add(string.Join(", ", ((IEnumerable<TopicSpecification>)arguments[0]!).Select(Describe)));
            return left.TryDequeue(out var failure) ? Task.FromException(failure) : Task.CompletedTask;
        });

        static string Describe(TopicSpecification topic) =>
            $"{topic.Name} {topic.NumPartitions} x{topic.ReplicationFactor} {string.Join(' ', topic.Configs.Select(setting => $"{setting.Key}={setting.Value}"))}";
    }

    private static CreateTopicsException Reports(params (string Topic, ErrorCode Code)[] reports) =>
        new([.. reports.Select(report => new CreateTopicReport { Topic = report.Topic, Error = Of(report.Code) })]);

    // With a reason of its own: the library's texts would need its native part.
    private static Error Of(ErrorCode code) => new(code, "because");

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };
}

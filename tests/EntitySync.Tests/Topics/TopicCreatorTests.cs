using EntitySync.Core.Errors;
using EntitySync.Core.Topics;
using EntitySync.Testing;
using Microsoft.Extensions.Logging;

namespace EntitySync.Tests.Topics;

public sealed class TopicCreatorTests
{
    private const string Week = "604800000";

    private static readonly WantedTopic Items = new("items", 12, null, IsOurs: false);
    private static readonly WantedTopic Replay = new("item-replay", 12, TimeSpan.FromHours(168), IsOurs: true);
    private static readonly WantedTopic Events = new("order-events", 3, Timeout.InfiniteTimeSpan, IsOurs: false);

    private readonly RecordingTopicAdmin _admin = new();
    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task EmptyCluster_GetsAllTopics_AndTheRunWaitsUntilTheyAreShown()
    {
        (await RunAsync(_admin, Items, Replay, Events)).ShouldBe(new TopicsResult(Created: 3, Changed: 0, Different: 0, Unchanged: 0));
        _admin.Calls.ShouldBe(
        [
            "partitions",
            $"create items:12 cleanup.policy=compact, item-replay:12 cleanup.policy=delete retention.ms={Week}, order-events:3 cleanup.policy=delete retention.ms=-1",
            "partitions",
            "partitions",
        ]);
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task TopicsAsTheyMustBe_AreLeftAlone_AndOthersOfTheClusterAreNotAskedFor()
    {
        Have(Items, "compact");
        Have(Replay, "delete", Week);
        _admin.Topics["somebody-elses"] = 7;
        (await RunAsync(_admin, Items, Replay)).ShouldBe(new TopicsResult(0, 0, 0, Unchanged: 2));
        _admin.Calls.ShouldBe(["partitions", "settings items, item-replay"]);
        _log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task OtherPartitions_AreAllNamed_AndNothingIsDone()
    {
        _admin.Topics["items"] = 6;
        _admin.Topics["item-replay"] = 1;
        (await Should.ThrowAsync<InvalidRequestException>(RunAsync(_admin, Items, Replay, Events))).Message.ShouldBe(
            "Topics exist with another number of partitions, which is never changed, since keys would move: set `partitions` in the definition to what the topic has, or delete the topic "
            + "and let it be made anew. items has 6 and 12 are wanted; item-replay has 1 and 12 are wanted.");
        _admin.Calls.ShouldBe(["partitions"]);
    }

    [Fact]
    public async Task OurTopicWithOtherSettings_GetsThoseThatDiffer()
    {
        Have(Items, "delete", Week);
        Have(Replay, "delete", "3600000");
        Have(Events, "compact", "-1");
        (await RunAsync(_admin, Items with { IsOurs = true }, Replay, Events with { IsOurs = true })).ShouldBe(new TopicsResult(0, Changed: 3, 0, 0));
        _admin.Calls.ShouldBe(["partitions", "settings items, item-replay, order-events", $"change items cleanup.policy=compact, item-replay retention.ms={Week}, order-events cleanup.policy=delete"]);
        _log.Lines.ShouldBe(
        [
            "Topic items: cleanup.policy changes from delete to compact",
            $"Topic item-replay: retention.ms changes from 3600000 to {Week}",
            "Topic order-events: cleanup.policy changes from compact to delete",
        ]);
    }

    [Fact]
    public async Task TopicOfOthersWithOtherSettings_IsLeftAlone_AndTold()
    {
        Have(Items, "delete", Week);
        _admin.Topics["order-events"] = 3;
        (await RunAsync(_admin, Items, Events)).ShouldBe(new TopicsResult(0, 0, Different: 2, 0));
        _admin.Calls.ShouldBe(["partitions", "settings items, order-events"]);
        _log.Lines.ShouldBe(
        [
            "Topic items belongs to others and stays as it is: cleanup.policy is delete, the definitions want compact",
            "Topic order-events belongs to others, and the cluster does not tell its settings: TopicAuthorizationFailed: no",
        ]);
    }

    [Fact]
    public async Task OurTopicWhoseSettingsAreNotTold_IsAFailure()
    {
        _admin.Topics["item-replay"] = 12;
        (await Should.ThrowAsync<InvalidRequestException>(RunAsync(_admin, Replay))).Message.ShouldBe(
            "The cluster does not tell the settings of topics that are ours: item-replay (TopicAuthorizationFailed: no).");
    }

    [Fact]
    public async Task TopicMadeByAnotherCreatorMeanwhile_IsLookedAtAsOneThatWasThere()
    {
        _admin.Overtaking["item-replay"] = 12;
        _admin.Settings["item-replay"] = Settings("delete", "1");
        (await RunAsync(_admin, Items, Replay)).ShouldBe(new TopicsResult(Created: 1, Changed: 1, 0, 0));
        _admin.Calls.ShouldBe(
        [
            "partitions", $"create items:12 cleanup.policy=compact, item-replay:12 cleanup.policy=delete retention.ms={Week}", "partitions", "partitions",
            "settings item-replay", $"change item-replay retention.ms={Week}",
        ]);
    }

    [Fact]
    public async Task TopicMadeByAnotherCreatorWithOtherPartitions_IsNamed()
    {
        _admin.Overtaking["item-replay"] = 1;
        (await Should.ThrowAsync<InvalidRequestException>(RunAsync(_admin, Replay))).Message.ShouldEndWith("item-replay has 1 and 12 are wanted.");
    }

    [Fact]
    public async Task SecondRun_ChangesNothing()
    {
        await RunAsync(_admin, Items, Replay);
        _admin.Settings["items"] = Settings("compact", Week);
        _admin.Settings["item-replay"] = Settings("delete", Week);
        (await RunAsync(_admin, Items, Replay)).ShouldBe(new TopicsResult(0, 0, 0, Unchanged: 2));
    }

    [Fact]
    public async Task TopicsThatAreNeverShown_AreNamedWhenPatienceEnds()
    {
        var admin = new RecordingTopicAdmin { NeverShows = true };
        (await Should.ThrowAsync<TransientException>(RunAsync(admin, Items, Replay))).Message.ShouldBe(
            "Topics were created, and after 60 s brokers do not show them; may they be described? items, item-replay");
        admin.Calls.Count.ShouldBe(2 + 121, "a question every half second, and one at the end");
    }

    [Fact]
    public async Task EmptyList_AsksOnceAndIsDone()
    {
        (await RunAsync(_admin)).ShouldBe(new TopicsResult(0, 0, 0, 0));
        _admin.Calls.ShouldBe(["partitions"]);
    }

    private Task<TopicsResult> RunAsync(RecordingTopicAdmin admin, params WantedTopic[] wanted) =>
        new TopicCreator(admin, new LeapingClock(), new CategoryLogger(_log)).RunAsync(wanted, TestContext.Current.CancellationToken);

    private void Have(WantedTopic topic, string cleanup, string retention = Week)
    {
        _admin.Topics[topic.Name] = topic.Partitions;
        _admin.Settings[topic.Name] = Settings(cleanup, retention);
    }

    private static Dictionary<string, string> Settings(string cleanup, string retention) =>
        new() { ["cleanup.policy"] = cleanup, ["retention.ms"] = retention, ["min.insync.replicas"] = "2" };

    private sealed class CategoryLogger(RecordingLogger log) : ILogger<TopicCreator>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Log(logLevel, eventId, state, exception, formatter);
    }
}

using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Synth;
using EntitySync.Tests.Template;

namespace EntitySync.Tests.Local.Synth;

public sealed class TopicPlanTests : IDisposable
{
    private const string Item = """
        entity: item
        root: { topic: items, key: sku }
        relations:
          deliveryClass: { from: delivery-classes, source: table, key: name, match: class, set: { time: time }, strategy: lookup }
        output: { topic: items-merged }
        """;

    private const string Paid = """
        kind: reconciliation
        entity: paid
        expected: { topic: invoices, key: id, elements: "lines[]" }
        arrived: { topic: items, key: invoice, element: line }
        deadline: { after: P1D }
        output: { topic: invoices-paid }
        overdue: { topic: invoices-overdue }
        """;

    private readonly Definitions _definitions = new();

    public void Dispose() => _definitions.Dispose();

    [Fact]
    public void LookupEntity_NeedsUpdatesReplaysAndThePublishedTable() => _definitions.Add("item", Item).Topics().ShouldBe(
    [
        "delivery-classes 3 compact ours", "delivery-classes-dead-letters 1 14 d ours", "item-dead-letters 1 14 d ours", "item-replay 3 7 d ours", "item-updates 3 7 d ours", "items 3 compact others",
        "items-merged 3 compact ours",
    ]);

    [Fact]
    public void ShuffledRelations_HaveTopicsWithThePartitionsOfTheTopicThatTheyGoWith() => _definitions.Add("user", """
        entity: user
        root: { topic: users, key: id }
        relations:
          stars:
            from: stars
            key: user
            match: id
            many: true
            embed: stars
            strategy: shuffle
            relations:
              repo: { from: repos, key: id, match: repo, set: { name: name }, strategy: shuffle }
        output: { topic: profiles }
        partitions: 4
        topicSettings: { repos: { partitions: 5 }, stars: { partitions: 3 } }
        """).Topics().ShouldBe(
    [
        "profiles 4 compact ours", "repos 5 compact others", "stars 3 compact others",
        "user-dead-letters 1 14 d ours", "user-progress 4 compact ours", "user-replay 4 7 d ours",
        "user-stars-answers 4 compact ours", "user-stars-joined 3 compact ours", "user-stars-progress 3 compact ours", "user-stars-questions 3 compact ours",
        "user-stars-repo-answers 3 compact ours", "user-stars-repo-questions 5 compact ours", "user-stars-repo-rows 5 compact ours", "user-stars-rows 3 compact ours",
        "users 4 compact others",
    ]);

    [Fact]
    public void Stream_HasNoReplaysAndForgets() => _definitions.Add("event", """
        entity: event
        root: { topic: events, kind: stream }
        relations:
          user: { from: users, key: id, match: user, set: { mail: mail } }
        output: { topic: mails }
        topicSettings: { events: { retention: P1D }, event-dead-letters: { partitions: 2 } }
        """).Topics().ShouldBe(["event-dead-letters 2 14 d ours", "events 3 1 d others", "mails 3 7 d ours", "users 3 compact others"]);

    [Fact]
    public void Reconciliation_ReadsWhatAnEntityCompacts() => _definitions.Add("item", Item).Add("paid", Paid).Topics().ShouldBe(
    [
        "delivery-classes 3 compact ours", "delivery-classes-dead-letters 1 14 d ours", "invoices 3 7 d others", "invoices-overdue 3 7 d ours", "invoices-paid 3 7 d ours", "item-dead-letters 1 14 d ours",
        "item-replay 3 7 d ours", "item-updates 3 7 d ours", "items 3 compact others", "items-merged 3 compact ours", "paid-dead-letters 1 14 d ours",
    ]);

    [Fact]
    public void TopicsOfReadModels_KeepEverything_AndAFeedAddsItsTopic() => _definitions
        .Add("search", """
            kind: read-model
            readModel: search
            topics:
              item-events: { key: sku, events: [{ increment: { sold: 1 } }] }
            output: { topic: search-rows }
            """)
        .Add("news", "kind: feed\nfeed: news\ntitle: News")
        .Topics().ShouldBe(["item-events 3 for ever others", "news 3 7 d others", "search-dead-letters 1 14 d ours", "search-rows 3 compact ours"]);

    [Fact]
    public void NumberOfOneDefinition_HoldsForTheTopicThatTheOtherSaysNothingOf() =>
        _definitions.Add("item", Item + "\npartitions: 6").Add("paid", Paid).Topics().Where(topic => topic.StartsWith("items", StringComparison.Ordinal) || topic.StartsWith("invoices", StringComparison.Ordinal))
            .ShouldBe(["invoices 3 7 d others", "invoices-overdue 3 7 d ours", "invoices-paid 3 7 d ours", "items 6 compact others", "items-merged 6 compact ours"]);

    [Fact]
    public void DifferentNumbers_AreRefused_UntilOneIsSaidOfTheTopicItself()
    {
        _definitions.Add("item", Item + "\npartitions: 6").Add("paid", Paid + "\npartitions: 4");
        Should.Throw<InvalidDataException>(() => _definitions.Topics()).Message.ShouldBe(
            $"Topic items: {Path.Combine(_definitions.Folder, "paid.yaml")} says 4 partitions and {Path.Combine(_definitions.Folder, "item.yaml")} says 6 partitions by partitions. Say the same in each of them under topicSettings.items.");

        _definitions.Add("paid", Paid + "\npartitions: 4\ntopicSettings: { items: { partitions: 6 } }");
        _definitions.Topics().ShouldContain("items 6 compact others");
    }

    [Fact]
    public void PartitionsOfATopicThatOneTaskReadsWithTheRoot_AreNotItsOwn()
    {
        _definitions.Add("item", Item + "\ntopicSettings: { item-replay: { partitions: 6 } }");
        Should.Throw<InvalidDataException>(() => _definitions.Topics()).Message.ShouldBe("Topic item-replay: topicSettings says 6 partitions, and it must have the 3 of items: one task reads both. Say it of items.");
    }

    [Fact]
    public void RetentionOfACompactedTopic_IsRefused()
    {
        _definitions.Add("item", Item + "\ntopicSettings: { items: { retention: P1D } }");
        Should.Throw<InvalidDataException>(() => _definitions.Topics()).Message.ShouldBe("Topic items: topicSettings says that records are kept for P1D, and the newest one of each key must be kept for ever. Take the retention away.");
    }

    [Fact]
    public void SettingsOfATopicThatTheDefinitionHasNothingToDoWith_AreAMistakeOfTheFile()
    {
        _definitions.Add("item", Item + "\ntopicSettings: { item: { partitions: 6 } }");
        Should.Throw<InvalidDefinitionException>(() => _definitions.Load()).Message.ShouldContain("item.yaml(6,18): topicSettings.item: not a topic of this definition: found 'item'");
    }

    /// <summary>With the strategies of the files and with any other.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(Strategy.Lookup)]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void TopicsOfTheRepository_AreWhatTheTasksNeed(Strategy? strategy)
    {
        var folder = Checkout.PathOf("infra", "entities");
        var definitions = DefinitionSet.Load(folder) with { Entities = EntitySync.Local.Runner.DefinitionSetup.Load(folder, strategy, null) };
        var topics = TopicPlan.Of(definitions).ToDictionary(topic => topic.Name);
        var topologies = definitions.Entities.All.Select(definition => JoinTopology.BuildTopology(definition)).ToList();

        topologies.SelectMany(topology => topology.Topics).Where(topic => !topics.ContainsKey(topic)).ShouldBeEmpty();
        topologies.SelectMany(topology => topology.InternalTopics).ShouldAllBe(topic => topics[topic.Name].Partitions == topics[topic.PartitionsOf].Partitions && topics[topic.Name].Compacted == topic.IsCompacted);
        topologies.SelectMany(topology => topology.SubTopologies).SelectMany(part => part.Sources).Where(source => source.RestoresState).ShouldAllBe(source => topics[source.Topic].Compacted);
        topologies.Where(topology => topics.ContainsKey(topology.Definition.ReplayTopic())).ShouldAllBe(topology => topics[topology.Definition.ReplayTopic()].Partitions == topics[topology.Root.Topic].Partitions);
        definitions.ReadModels.Topics.ShouldAllBe(topic => topics[topic].Compacted || topics[topic].Retention == Timeout.InfiniteTimeSpan);
    }
}

using EntitySync.Core.Definitions;
using EntitySync.Local.Runner;
using EntitySync.Local.Template;

namespace EntitySync.Tests.Local.Runner;

/// <summary>What the runner makes of a folder of definitions before anything starts.</summary>
public sealed class RunnerSetupTests : IDisposable
{
    private const string Item = """
        entity: item
        root: { topic: items, key: sku }
        relations:
          deliveryClass: { from: delivery-classes, source: table, key: name, match: class, set: { time: time }, strategy: lookup }
        output: { topic: items-merged }
        """;

    private const string User = """
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
        """;

    private const string Event = """
        entity: event
        root: { topic: events, kind: stream }
        relations:
          user: { from: users, key: id, match: user, set: { mail: mail } }
        output: { topic: mails }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-definitions-");

    public RunnerSetupTests()
    {
        foreach (var (name, text) in new[] { ("item", Item), ("user", User), ("event", Event) }) File.WriteAllText(Path.Combine(_folder.FullName, name + ".yaml"), text);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Topics_FollowFromTheDefinitions_ListedOnesStayAsTheyAre()
    {
        var listed = new TopicSettings("repos", 5, Compacted: true, null);
        var topics = TopicSetup.For([listed, new TopicSettings("users", 4, Compacted: true, null)], DefinitionSetup.Load(_folder.FullName, null, null), new ReconciliationCatalog([]), new ReadModelCatalog([]));

        topics.Select(topic => $"{topic.Name} {topic.Partitions} {(topic.Compacted ? "compact" : "delete")}").Order(StringComparer.Ordinal).ShouldBe(
        [
            "delivery-classes 3 compact", "event-dead-letters 1 delete", "event-replay 3 delete", "event-updates 3 delete", "events 3 delete",
            "item-dead-letters 1 delete", "item-replay 3 delete", "item-updates 3 delete", "items 3 compact", "items-merged 3 compact",
            "mails 3 delete", "profiles 4 compact", "repos 5 compact", "stars 3 compact",
            "user-dead-letters 1 delete", "user-progress 4 compact", "user-replay 4 delete",
            "user-stars-answers 4 compact", "user-stars-joined 3 compact", "user-stars-progress 3 compact", "user-stars-questions 3 compact",
            "user-stars-repo-answers 3 compact", "user-stars-repo-questions 5 compact", "user-stars-repo-rows 5 compact", "user-stars-rows 3 compact",
            "user-updates 4 delete", "users 4 compact",
        ]);
        topics.ShouldAllBe(topic => topic.Compacted != topic.Retention.HasValue);
    }

    [Fact]
    public void TopicsOfReconciliations_AreMadeToo()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "paid.yaml"), """
            kind: reconciliation
            entity: paid
            expected: { topic: invoices, key: id, elements: "lines[]" }
            arrived: { topic: items, key: invoice, element: line }
            deadline: { after: P1D }
            output: { topic: invoices-paid }
            overdue: { topic: invoices-overdue }
            """);
        var topics = TopicSetup.For([], DefinitionSetup.Load(_folder.FullName, null, null), DefinitionLoader.LoadReconciliations(_folder.FullName), new ReadModelCatalog([]));

        topics.Where(topic => topic.Name == "items" || topic.Name.StartsWith("invoices", StringComparison.Ordinal) || topic.Name.StartsWith("paid", StringComparison.Ordinal))
            .Select(topic => $"{topic.Name} {topic.Partitions} {(topic.Compacted ? "compact" : "delete")}").Order(StringComparer.Ordinal)
            .ShouldBe(["invoices 3 delete", "invoices-overdue 3 delete", "invoices-paid 3 delete", "items 3 compact", "paid-dead-letters 1 delete"]);
        topics.ShouldAllBe(topic => topic.Compacted != topic.Retention.HasValue);
    }

    [Fact]
    public void TopicsOfReadModels_AreMadeToo_AndThoseTheyReadKeepEverything()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "search.yaml"), """
            kind: read-model
            readModel: search
            topics:
              items: { key: sku, events: [{ set: { name: name } }] }
              item-events: { key: sku, events: [{ increment: { sold: 1 } }] }
            output: { topic: search-rows }
            """);
        var topics = TopicSetup.For([], DefinitionSetup.Load(_folder.FullName, null, null), new ReconciliationCatalog([]), DefinitionLoader.LoadReadModels(_folder.FullName));

        topics.Where(topic => topic.Name == "items" || topic.Name.StartsWith("item-events", StringComparison.Ordinal) || topic.Name.StartsWith("search", StringComparison.Ordinal))
            .Select(topic => $"{topic.Name} {topic.Partitions} {(topic.Compacted ? "compact" : topic.Retention == Timeout.InfiniteTimeSpan ? "for ever" : "delete")}").Order(StringComparer.Ordinal)
            .ShouldBe(["item-events 3 for ever", "items 3 compact", "search-dead-letters 1 delete", "search-rows 3 compact"]);
    }

    [Fact]
    public void Strategy_IsThatOfTheNamedEntityOnly() => Strategies(Strategy.Broadcast, "user").ShouldBe(
        ["event.user Broadcast", "item.deliveryClass Lookup", "user.stars Broadcast", "user.repo Broadcast"]);

    [Fact]
    public void StrategyThatTheNamedEntityCannotTake_IsRefused() =>
        Should.Throw<InvalidDefinitionException>(() => DefinitionSetup.Load(_folder.FullName, Strategy.Lookup, "user")).Message.ShouldContain("user.yaml");

    [Fact]
    public void StrategyOfAll_LeavesThoseThatCannotTakeIt()
    {
        Strategies(Strategy.Lookup, null).ShouldBe(["event.user Broadcast", "item.deliveryClass Lookup", "user.stars Shuffle", "user.repo Shuffle"]);
        Strategies(Strategy.Broadcast, null).ShouldBe(["event.user Broadcast", "item.deliveryClass Broadcast", "user.stars Broadcast", "user.repo Broadcast"]);
    }

    private List<string> Strategies(Strategy strategy, string? entity) =>
    [
        .. from definition in DefinitionSetup.Load(_folder.FullName, strategy, entity).All
           from relation in definition.AllRelations
           select $"{definition.Entity}.{relation.Name} {relation.Strategy}",
    ];
}

using EntitySync.Core.Definitions;
using EntitySync.Local.Runner;

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

using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Tests.Definitions;

namespace EntitySync.Tests.Joins;

/// <summary><c>where</c>, <c>order</c>, <c>limit</c> and defaults as a definition says them, and what comes out, update by update.</summary>
public sealed class ShapedRelationTests
{
    private const string Latest = """
        entity: user
        root: { topic: users, key: id }
        relations:
          star:
            from: stars
            key: user
            match: id
            where: { status: [open, 1, null] }
            many: true
            order: { by: at, direction: descending }
            limit: 2
            embed: stars
            fields: { repo: repo, label: { from: text, default: REF INCONNUE } }
            missing: { set: { stars: [] } }
            strategy: STRATEGY
        output: { topic: users-merged }
        """;

    private const string OnlyOpen = """
        entity: user
        root: { topic: users, key: id }
        relations:
          star:
            from: stars
            key: user
            match: id
            where: { status: open }
            set: { repo: repo, label: { from: text, default: REF INCONNUE } }
            missing: { set: { label: none } }
            strategy: STRATEGY
        output: { topic: users-merged }
        """;

    public static TheoryData<Strategy> Strategies => [Strategy.Broadcast, Strategy.Shuffle];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void ListWithOrderAndLimit_FollowsEachChangeThatIsSeenInIt(Strategy strategy)
    {
        using var driver = Driver(Latest, strategy);
        driver.Root("u", """{"id":"u"}""");
        driver.Pipe("stars", "r1", """{"user":"u","repo":"r1","at":1,"status":"open"}""");
        driver.Pipe("stars", "r0", """{"user":"u","repo":"r0","status":"open","text":"first"}"""); // without a date: last
        driver.Pipe("stars", "r3", """{"user":"u","repo":"r3","at":3,"status":1.0}""");
        driver.Pipe("stars", "r0", """{"user":"u","repo":"r0","status":"open","text":"changed behind the limit"}""");
        driver.Pipe("stars", "r9", """{"user":"u","repo":"r9","at":9,"status":"closed"}""");
        driver.Pipe("stars", "r2", """{"user":"u","repo":"r2","at":3.0,"text":"same date"}""");
        driver.Pipe("stars", "r3", """{"user":"u","repo":"r3","at":3,"status":"closed"}""");
        foreach (var key in (string[])["r2", "r1", "r0"]) driver.Pipe("stars", key, null);

        Outputs(driver).ShouldBe(
        [
            """{"id":"u","stars":[]}""",
            """{"id":"u","stars":[{"repo":"r1","label":"REF INCONNUE"}]}""",
            """{"id":"u","stars":[{"repo":"r1","label":"REF INCONNUE"},{"repo":"r0","label":"first"}]}""",
            """{"id":"u","stars":[{"repo":"r3","label":"REF INCONNUE"},{"repo":"r1","label":"REF INCONNUE"}]}""",
            """{"id":"u","stars":[{"repo":"r2","label":"same date"},{"repo":"r3","label":"REF INCONNUE"}]}""",
            """{"id":"u","stars":[{"repo":"r2","label":"same date"},{"repo":"r1","label":"REF INCONNUE"}]}""",
            """{"id":"u","stars":[{"repo":"r1","label":"REF INCONNUE"},{"repo":"r0","label":"changed behind the limit"}]}""",
            """{"id":"u","stars":[{"repo":"r0","label":"changed behind the limit"}]}""",
            """{"id":"u","stars":[]}""",
        ]);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void FieldOfTheOrderThatAloneChanges_MovesTheRow(Strategy strategy)
    {
        using var driver = Driver(Latest.With("match: id", "match: ids[]"), strategy);
        foreach (var (key, user, at) in ((string, string, int)[])[("a1", "a", 1), ("a2", "a", 2), ("a3", "a", 3), ("b4", "b", 4), ("b0", "b", 0)])
            driver.Pipe("stars", key, $$"""{"user":"{{user}}","repo":"{{key}}","at":{{at}},"text":"t"}""");
        driver.Root("u", """{"id":"u","ids":["a","c","b"]}""");
        driver.Pipe("stars", "a1", """{"user":"a","repo":"a1","at":9,"text":"t"}""");
        driver.Pipe("stars", "a1", """{"user":"a","repo":"a1","at":1e0,"text":"t"}""");

        Outputs(driver).ShouldBe(
        [
            """{"id":"u","ids":["a","c","b"],"stars":[{"repo":"b4","label":"t"},{"repo":"a3","label":"t"}]}""",
            """{"id":"u","ids":["a","c","b"],"stars":[{"repo":"a1","label":"t"},{"repo":"b4","label":"t"}]}""",
            """{"id":"u","ids":["a","c","b"],"stars":[{"repo":"b4","label":"t"},{"repo":"a3","label":"t"}]}""",
        ]);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void RowThatDoesNotMatch_IsAsIfItWereNotThere(Strategy strategy)
    {
        using var driver = Driver(OnlyOpen, strategy);
        driver.Root("u", """{"id":"u"}""");
        driver.Pipe("stars", "a", """{"user":"u","repo":"a","status":"closed"}""");
        driver.Pipe("stars", "b", """{"user":"u","repo":"b","status":"open","text":null}"""); // the only one that counts
        driver.Pipe("stars", "a", """{"user":"u","repo":"changed","status":"closed"}""");
        driver.Pipe("stars", "b", """{"user":"u","repo":"b","status":["open"]}""");

        Outputs(driver).ShouldBe(["""{"id":"u","label":"none"}""", """{"id":"u","repo":"b","label":"REF INCONNUE"}""", """{"id":"u","label":"none"}"""]);
        driver.Outputs.ShouldAllBe(output => output.Topic != "user-dead-letters");
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Explain_ShowsRowsLeftOutAsNotChosen(Strategy strategy)
    {
        using var driver = Driver(Latest, strategy);
        driver.Pipe("stars", "r1", """{"user":"u","repo":"r1","at":1}""");
        driver.Pipe("stars", "r2", """{"user":"u","repo":"r2","at":2}""");
        driver.Pipe("stars", "r3", """{"user":"u","repo":"r3","at":3}""");
        driver.Pipe("stars", "r4", """{"user":"u","repo":"r4","at":4,"status":"closed"}""");
        driver.Root("u", """{"id":"u"}""");

        driver.Tasks[0].Explain("u"u8).ShouldNotBeNull().Rows.Select(row => (row.Key, row.IsChosen)).ShouldBe([("r1", false), ("r2", true), ("r3", true), ("r4", false)]);
    }

    private static TopologyDriver Driver(string yaml, Strategy strategy) =>
        new(Samples.Load(yaml.With("STRATEGY", strategy.ToString().ToLowerInvariant())), partitions: 1);

    private static List<string> Outputs(TopologyDriver driver) =>
        [.. driver.Outputs.Where(output => output.Topic == "users-merged").Select(output => Encoding.UTF8.GetString(output.Value!.Value.Span))];
}

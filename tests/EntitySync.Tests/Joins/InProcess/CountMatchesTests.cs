using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;

namespace EntitySync.Tests.Joins.InProcess;

public sealed class CountMatchesTests
{
    [Theory]
    [InlineData("broadcast", 1)]
    [InlineData("broadcast", 3)]
    [InlineData("shuffle", 1)]
    [InlineData("shuffle", 3)]
    public void NestedRelations_AreCountedByTheirPath(string strategy, int partitions)
    {
        using var driver = new TopologyDriver(Definition($$"""
            entity: user-profile
            root: { topic: users, key: id }
            relations:
              pull-stars:
                from: stars
                key: user
                match: id
                many: true
                embed: stars
                strategy: {{strategy}}
                relations:
                  repo: { from: repos, key: [owner, name], match: [repoOwner, repoName], set: { description: description } }
              team: { from: teams, key: id, match: "teams[]", many: true, embed: teamRows, strategy: {{strategy}} }
            output: { topic: profiles }
            """), partitions);
        driver.Root("ann", """{"id":"ann","teams":["A","b","b"]}""");
        driver.Root("bob", """{"id":"bob","teams":["c"]}""");
        driver.Root("gone", """{"id":"gone","teams":["d"]}""");
        driver.Root("gone", null);
        driver.Pipe("stars", "1", """{"user":"ann","repoOwner":"acme","repoName":"lib"}""");
        driver.Pipe("stars", "2", """{"user":"zoe","repoOwner":"acme","repoName":"net"}""");
        driver.Pipe("stars", "3", """{"user":"bob","repoOwner":"x","repoName":"y"}""");
        driver.Pipe("stars", "3", null);
        driver.Pipe("repos", "r", """{"owner":"acme","name":"lib","description":"d"}""");
        driver.Pipe("teams", "a", """{"id":"a"}""");

        driver.CountMatches().ShouldBe(
        [
            new RelationMatches("pull-stars", Values: 2, Found: 1, LeftOut: 0, Keys: 2, "bob", NearKey: driver.CountMatches()[0].NearKey),
            new RelationMatches("pull-stars.repo", Values: 2, Found: 1, LeftOut: 0, Keys: 1, """["acme","net"]""", """["acme","lib"]"""),
            new RelationMatches("team", Values: 3, Found: 0, LeftOut: 0, Keys: 1, "A", "a"),
        ]);
        driver.CountMatches()[0].NearKey.ShouldBeOneOf("ann", "zoe");
    }

    [Fact]
    public void RowsThatWhereLeavesOut_AreNoFind()
    {
        using var driver = new TopologyDriver(Definition("""
            entity: item
            root: { topic: items, key: sku }
            relations:
              label: { from: labels, key: id, match: labelId, set: { label: text }, where: { hidden: false }, strategy: broadcast }
            output: { topic: out }
            """));
        driver.Pipe("labels", "1", """{"id":1,"text":"one","hidden":false}""");
        driver.Pipe("labels", "2", """{"id":2,"text":"two","hidden":true}""");
        driver.Root("a", """{"sku":"a","labelId":1}""");
        driver.Root("b", """{"sku":"b","labelId":"2"}""");
        driver.Root("c", """{"sku":"c"}""");

        driver.CountMatches().ShouldBe([new RelationMatches("label", Values: 2, Found: 1, LeftOut: 1, Keys: 2, MissingValue: null, NearKey: null)]);
    }

    [Theory]
    [InlineData("Ab", "aB")]
    [InlineData("7 ", "7")]
    [InlineData("7.0", "7")]
    [InlineData("007", "7")]
    public void KeyThatIsAlmostTheMatchValue_IsFoundAmongOthers(string value, string key)
    {
        using var driver = Labels();
        foreach (var other in new[] { "first", key, "last" }) driver.Pipe("labels", other, $$"""{"id":"{{other}}"}""");
        driver.Root("a", """{"sku":"a","labelId":"nothing"}""");
        driver.Root("b", $$"""{"sku":"b","labelId":"{{value}}"}""");

        driver.CountMatches().ShouldBe([new RelationMatches("label", Values: 2, Found: 0, LeftOut: 0, Keys: 3, value, key)]);
    }

    [Fact]
    public void ChangeEvents_AreCountedByTheirRows()
    {
        using var driver = new TopologyDriver(
            Definition("""
                entity: user
                root: { topic: users, key: email, format: debezium }
                relations:
                  city: { from: cities, key: code, match: city, embed: cityRow, format: debezium, strategy: shuffle }
                output: { topic: out }
                """),
            partitions: 2);
        driver.Pipe("users", """{"id":1}""", """{"op":"c","source":{},"before":null,"after":{"id":1,"email":"a@x","city":"B"}}""");
        driver.Pipe("users", """{"id":2}""", """{"op":"c","source":{},"before":null,"after":{"id":2,"email":"b@x","city":"P"}}""");
        driver.Pipe("users", """{"id":2}""", """{"op":"d","source":{},"before":{"id":2},"after":null}""");
        driver.Pipe("cities", """{"id":7}""", """{"op":"r","source":{},"before":null,"after":{"id":7,"code":"B"}}""");

        driver.CountMatches().ShouldBe([new RelationMatches("city", Values: 1, Found: 1, LeftOut: 0, Keys: 1, MissingValue: null, NearKey: null)]);
    }

    [Theory]
    [InlineData("broadcast")]
    [InlineData("shuffle")]
    public void EventsOfAStream_AllCount(string strategy)
    {
        using var driver = new TopologyDriver(Definition($$"""
            entity: purchase
            root: { topic: purchases, kind: stream }
            relations:
              product: { from: products, key: id, match: productId, set: { label: label }, strategy: {{strategy}} }
            output: { topic: out }
            """));
        foreach (var product in new[] { "a", "b", "b", "c" }) driver.Root(null, $$"""{"productId":"{{product}}"}""");
        driver.Pipe("products", "b", """{"id":"b"}""");

        driver.CountMatches().ShouldBe([new RelationMatches("product", Values: 3, Found: 1, LeftOut: 0, Keys: 1, "a", "b")]);
    }

    [Fact]
    public void WithoutRows_NoKeyIsNear()
    {
        using var driver = Labels();
        driver.CountMatches().ShouldBe([new RelationMatches("label", 0, 0, 0, 0, null, null)]);
        driver.Root("a", """{"sku":"a","labelId":"x"}""");
        driver.CountMatches().ShouldBe([new RelationMatches("label", 1, 0, 0, 0, "x", null)]);
    }

    private static TopologyDriver Labels() => new(Definition("""
        entity: item
        root: { topic: items, key: sku }
        relations:
          label: { from: labels, key: id, match: labelId, embed: label, strategy: shuffle }
        output: { topic: out }
        """));

    private static EntityDefinition Definition(string text) => DefinitionLoader.LoadText(text, "test.yaml").Definitions.Single();
}

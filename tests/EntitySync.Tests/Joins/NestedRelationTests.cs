using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;

namespace EntitySync.Tests.Joins;

/// <summary>A star embeds its repo, a repo its owner: users with stars with repos with owners.</summary>
public sealed class NestedRelationTests
{
    [Theory]
    [InlineData("broadcast", "broadcast")]
    [InlineData("broadcast", "shuffle")]
    [InlineData("shuffle", "broadcast")]
    [InlineData("shuffle", "shuffle")]
    public void ChangeAtAnyDepth_ReachesTheEntity(string strategy, string nested)
    {
        using var driver = Driver(strategy, nested, missing: "omit");
        driver.Root("ann", """{"id":"ann"}""");
        driver.Pipe("stars", "s1", """{"id":"s1","user":"ann","repoId":7}""");
        driver.Pipe("repos", "7", """{"id":7,"name":"lib","ownerId":"o"}""");
        driver.Pipe("owners", "o", """{"id":"o","title":"Acme"}""");
        driver.Pipe("repos", "7", """{"id":7,"name":"library","ownerId":"o"}""");
        driver.Pipe("owners", "o", null);
        driver.Pipe("stars", "s1", null);

        Values(driver).ShouldBe(
        [
            """{"id":"ann"}""",
            """{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7}]}""",
            """{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7,"repo":{"id":7,"name":"lib","ownerId":"o"}}]}""",
            """{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7,"repo":{"id":7,"name":"lib","ownerId":"o","owner":"Acme"}}]}""",
            """{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7,"repo":{"id":7,"name":"library","ownerId":"o","owner":"Acme"}}]}""",
            """{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7,"repo":{"id":7,"name":"library","ownerId":"o"}}]}""",
            """{"id":"ann"}""",
        ]);
    }

    [Theory]
    [InlineData("broadcast")]
    [InlineData("shuffle")]
    public void NestedRowThatIsDropped_CountsAsNotThere(string strategy)
    {
        using var driver = Driver(strategy, strategy, missing: "drop");
        driver.Root("ann", """{"id":"ann"}""");
        driver.Pipe("stars", "s1", """{"id":"s1","user":"ann","repoId":7}""");
        driver.Pipe("repos", "7", """{"id":7,"name":"lib"}""");
        driver.Restart();
        driver.Pipe("repos", "7", null);

        Values(driver).ShouldBe(
        [
            """{"id":"ann"}""",
            """{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7,"repo":{"id":7,"name":"lib"}}]}""",
            """{"id":"ann"}""",
        ]);
    }

    [Theory]
    [InlineData("broadcast")]
    [InlineData("shuffle")]
    public void JoinedRowThatIsTooLarge_IsDeadLetteredAndCountsAsNotThere(string strategy)
    {
        using var driver = Driver(strategy, strategy, missing: "omit");
        driver.Root("ann", """{"id":"ann"}""");
        driver.Pipe("repos", "7", """{"id":7}""");
        var star = $$"""{"id":"s1","user":"ann","repoId":7,"note":"{{new string('n', 500_000)}}"}""";
        driver.Pipe("stars", "s1", star);
        var before = driver.Outputs.Count;
        driver.Pipe("repos", "7", $$"""{"id":7,"text":"{{new string('t', 500_000)}}"}""");

        var dead = driver.Outputs.Single(output => output.Topic == "user-dead-letters");
        Encoding.UTF8.GetString(dead.Value!.Value.Span).ShouldBe(star);
        Encoding.UTF8.GetString(dead.Key!.Value.Span).ShouldBe("s1");
        Encoding.UTF8.GetString(dead.Headers.Single(header => header.Name == HeaderNames.DeadLetterReason).Value.Span).ShouldMatch(@"^the output would have some 10000\d\d bytes, more than 921600$");
        driver.Outputs.Skip(before).Where(output => output.Topic == "profiles").Select(output => Encoding.UTF8.GetString(output.Value!.Value.Span)).ShouldBe(["""{"id":"ann"}"""]);
    }

    [Theory]
    [InlineData("broadcast")]
    [InlineData("shuffle")]
    public void RowWithoutUsableJoinColumn_IsDeadLetteredAsItCame_AndTheRowBeforeStays(string strategy)
    {
        using var driver = Driver(strategy, strategy, missing: "omit");
        driver.Root("ann", """{"id":"ann"}""");
        driver.Pipe("stars", "s1", """{"id":"s1","user":"ann","repoId":7}""");
        driver.Pipe("stars", "s1", """{"id":"s1","user":["ann"],"repoId":8}""");
        driver.Restart();
        driver.Pipe("repos", "7", """{"id":7,"name":"lib"}""");

        var letter = driver.Outputs.Single(output => output.Topic == "user-dead-letters");
        letter.Headers.Select(header => $"{header.Name}={Encoding.UTF8.GetString(header.Value.Span)}").ShouldContain("entitysync-dead-letter-position=stars-0@1");
        $"{Encoding.UTF8.GetString(letter.Value!.Value.Span)}".ShouldBe("""{"id":"s1","user":["ann"],"repoId":8}""");
        Values(driver)[^1].ShouldBe("""{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7,"repo":{"id":7,"name":"lib"}}]}""");
    }

    [Fact]
    public void ChangedNestedDefinition_MakesAllJoinedRowsAnew()
    {
        using var driver = Driver("broadcast", "broadcast", missing: "omit");
        driver.Root("ann", """{"id":"ann"}""");
        driver.Pipe("stars", "s1", """{"id":"s1","user":"ann","repoId":7}""");
        driver.Pipe("repos", "7", """{"id":7,"name":"lib","ownerId":"o"}""");
        driver.Pipe("owners", "o", """{"id":"o","title":"Acme"}""");

        driver.Restart(Definition("broadcast", "broadcast", "omit", fields: "fields: [name]"));
        driver.Restart(Definition("broadcast", "broadcast", "omit", fields: "fields: [name]"));

        Values(driver)[^1].ShouldBe("""{"id":"ann","stars":[{"id":"s1","user":"ann","repoId":7,"repo":{"name":"lib","owner":"Acme"}}]}""");
        driver.Log("user-stars-joined").Count.ShouldBe(4);
    }

    private static List<string> Values(TopologyDriver driver) => [.. driver.Outputs.Select(output => $"{Encoding.UTF8.GetString(output.Value!.Value.Span)}")];

    private static TopologyDriver Driver(string strategy, string nested, string missing) => new(Definition(strategy, nested, missing));

    private static EntityDefinition Definition(string strategy, string nested, string missing, string fields = "")
    {
        var result = DefinitionLoader.LoadText(
            $$"""
            entity: user
            root: { topic: users, key: id }
            relations:
              stars:
                from: stars
                key: user
                match: id
                many: true
                embed: stars
                strategy: {{strategy}}
                relations:
                  repo:
                    from: repos
                    key: id
                    match: repoId
                    embed: repo
                    {{fields}}
                    missing: {{missing}}
                    strategy: {{nested}}
                    relations:
                      owner:
                        from: owners
                        key: id
                        match: ownerId
                        set: { owner: title }
            output: { topic: profiles }
            """,
            "user.yaml");
        return result.IsValid ? result.Definitions[0] : throw new InvalidDefinitionException(result.Problems);
    }
}

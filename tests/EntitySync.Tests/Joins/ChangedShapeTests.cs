using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>A topology that starts with another definition than the one its state was made with.</summary>
public sealed class ChangedShapeTests
{
    private static readonly string[] Inputs = ["users", "stars", "repos"];

    [Theory]
    [InlineData("broadcast", "shuffle", "key: id", "key: name", "user-stars-repo-rows")]
    [InlineData("shuffle", "shuffle", "key: id", "key: name", "user-stars-repo-rows")]
    [InlineData("shuffle", "broadcast", "key: user", "key: owner", "user-stars-rows")]
    [InlineData("broadcast", "broadcast", "from: stars", "from: likes", "user-stars-joined")]
    [InlineData("broadcast", "broadcast", "topic: users", "topic: people", "user's tasks")]
    public void WhatTheStateCannotFollow_IsRefusedAndTheOldDefinitionGoesOn(string strategy, string nested, string was, string now, string named)
    {
        var before = Definition(strategy, nested);
        using var driver = new TopologyDriver(before, partitions: 2);
        Feed(driver);
        var emitted = driver.Outputs.Count;
        var written = Written(driver, before);

        for (var start = 0; start < 2; start++)
        {
            Should.Throw<InvalidRequestException>(() => driver.Restart(Definition(strategy, nested, was, now))).Message.ShouldContain(named);
            (driver.Outputs.Count, driver.AllTasks.Count).ShouldBe((emitted, 0));
            Written(driver, before).ShouldBe(written);
        }

        driver.Restart(before);
        driver.Pipe("repos", "7", """{"id":7,"name":"library"}""");
        Last(driver).ShouldBe("""{"id":"ann","stars":[{"user":"ann","repoId":7,"repo":"library"}]}""");
    }

    [Theory]
    [InlineData("shuffle", "shuffle")]
    [InlineData("broadcast", "shuffle")]
    [InlineData("shuffle", "broadcast")]
    public void WhatOnlyShapesTheOutput_GoesOn(string strategy, string nested)
    {
        using var driver = new TopologyDriver(Definition(strategy, nested), partitions: 2);
        Feed(driver);

        driver.Restart(Definition(strategy, nested, "{ repo: name }", "{ repository: name }"));
        driver.Pipe("repos", "7", """{"id":7,"name":"library"}""");
        Last(driver).ShouldBe("""{"id":"ann","stars":[{"user":"ann","repoId":7,"repository":"library"}]}""");
        driver.Restart(Definition(strategy, nested));
        driver.Pipe("repos", "7", """{"id":7,"name":"lib"}""");
        Last(driver).ShouldBe("""{"id":"ann","stars":[{"user":"ann","repoId":7,"repo":"lib"}]}""");
    }

    [Fact]
    public void OtherStrategy_GoesOnAndIsNoted()
    {
        string[] topics = ["user-progress", "user-stars-progress"];
        using var driver = new TopologyDriver(Definition("shuffle", "shuffle"));
        Feed(driver);
        foreach (var topic in topics) Shape(driver, topic).ShouldBe(StateShape.Of(Definition("shuffle", "shuffle")));

        driver.Restart(Definition("broadcast", "broadcast"));
        foreach (var topic in topics) Shape(driver, topic).ShouldBe(StateShape.Of(Definition("broadcast", "broadcast")));
        var notes = topics.Select(topic => driver.Log(topic).Count).ToList();
        driver.Restart(Definition("broadcast", "broadcast"));
        topics.Select(topic => driver.Log(topic).Count).ShouldBe(notes);
        driver.Pipe("repos", "7", """{"id":7,"name":"library"}""");
        Last(driver).ShouldBe("""{"id":"ann","stars":[{"user":"ann","repoId":7,"repo":"library"}]}""");
    }

    [Fact]
    public void NoteWithoutShape_GoesOnAndGetsOne()
    {
        var before = Definition("broadcast", "shuffle");
        using var driver = new TopologyDriver(before);
        Feed(driver);
        foreach (var topic in (string[])["user-progress", "user-stars-progress"]) driver.Write(topic, "D"u8.ToArray(), [1, 1, 2, 3, 4, 5, 6, 7, 8], partition: 0);

        var other = Definition("broadcast", "shuffle", "key: id", "key: name");
        driver.Restart(other);
        foreach (var topic in (string[])["user-progress", "user-stars-progress"]) Shape(driver, topic).ShouldBe(StateShape.Of(other));
        Should.Throw<InvalidRequestException>(() => driver.Restart(before)).Message.ShouldContain("relations.stars.relations.repo.key: was 'name', is 'id'");
    }

    private static void Feed(TopologyDriver driver)
    {
        driver.Root("ann", """{"id":"ann"}""");
        driver.Root("bob", """{"id":"bob"}""");
        driver.Pipe("stars", "s1", """{"user":"ann","repoId":7}""");
        driver.Pipe("repos", "7", """{"id":7,"name":"lib"}""");
        Last(driver).ShouldBe("""{"id":"ann","stars":[{"user":"ann","repoId":7,"repo":"lib"}]}""");
    }

    /// <summary>Number of records in each topic that the topology writes.</summary>
    private static List<(string Topic, int Records)> Written(TopologyDriver driver, EntityDefinition definition) =>
        [.. JoinTopology.BuildTopology(definition).Topics.Except(Inputs).Select(topic => (topic, driver.Log(topic, 0).Count + driver.Log(topic, 1).Count))];

    private static string Shape(TopologyDriver driver, string topic) =>
        Encoding.UTF8.GetString(driver.Log(topic).Last(note => note.Key!.Value.Span.SequenceEqual("D"u8)).Value!.Value.Span[9..]);

    private static string Last(TopologyDriver driver) => Encoding.UTF8.GetString(driver.Outputs[^1].Value!.Value.Span);

    private static EntityDefinition Definition(string strategy, string nested, string was = "", string now = "")
    {
        var text = $$"""
            entity: user
            root: { topic: users, key: id }
            relations:
              stars:
                from: stars
                key: user
                match: id
                many: true
                embed: stars
                fields: [user, repoId]
                strategy: {{strategy}}
                relations:
                  repo: { from: repos, key: id, match: repoId, set: { repo: name }, strategy: {{nested}} }
            output: { topic: profiles }
            """;
        var at = was.Length > 0 ? text.LastIndexOf(was, StringComparison.Ordinal) : 0;
        var result = DefinitionLoader.LoadText(was.Length > 0 ? text[..at] + now + text[(at + was.Length)..] : text, "test.yaml");
        result.Problems.ShouldBeEmpty();
        return result.Definitions[0];
    }
}

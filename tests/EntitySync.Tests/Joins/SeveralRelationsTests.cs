using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>Several foreign keys of one entity; the lookup relation is left to the functions.</summary>
public sealed class SeveralRelationsTests
{
    [Theory]
    [InlineData(Strategy.Broadcast, Strategy.Broadcast)]
    [InlineData(Strategy.Broadcast, Strategy.Shuffle)]
    [InlineData(Strategy.Shuffle, Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle, Strategy.Shuffle)]
    public void EachKeyFollowsItsOwnTopic(Strategy brand, Strategy shop)
    {
        using var driver = new TopologyDriver(Entity(Relation("brand", "brands", brand), Relation("tax", "taxes", Strategy.Lookup), Relation("shop", "shops", shop)), partitions: 2);
        driver.Root("A", """{"sku":"A","brand":"b","tax":"t","shop":"s"}""");
        driver.Pipe("shops", "s", """{"id":"s","n":1}""");
        driver.Pipe("brands", "b", """{"id":"b","n":2}""");
        driver.Restart();
        driver.Pipe("shops", "s", """{"id":"s","n":3}""");
        driver.Pipe("brands", "s", """{"id":"s","n":9}""");
        driver.Root("A", """{"shop":null,"sku":"A","brand":"s"}""");

        Documents(driver, "item-updates").ShouldBe(
        [
            """{"sku":"A","brand":"b","tax":"t","shop":"s"}""",
            """{"sku":"A","brand":"b","tax":"t","shop":"s","shopN":1}""",
            """{"sku":"A","brand":"b","tax":"t","shop":"s","brandN":2,"shopN":1}""",
            """{"sku":"A","brand":"b","tax":"t","shop":"s","brandN":2,"shopN":3}""",
            """{"shop":null,"sku":"A","brand":"s","brandN":9}""",
        ]);
    }

    [Theory]
    [InlineData(Strategy.Broadcast, Strategy.Broadcast)]
    [InlineData(Strategy.Broadcast, Strategy.Shuffle)]
    [InlineData(Strategy.Shuffle, Strategy.Shuffle)]
    public void TwoKeysOfOneTopic_BothFollow(Strategy brand, Strategy shop)
    {
        using var driver = new TopologyDriver(Entity(Relation("brand", "companies", brand), Relation("shop", "companies", shop)));
        driver.Root("A", """{"sku":"A","brand":"x","shop":"y"}""");
        driver.Root("B", """{"sku":"B","brand":"y","shop":"y"}""");
        driver.Pipe("companies", "y", """{"id":"y","n":1}""");
        driver.Restart();
        driver.Pipe("companies", "x", """{"id":"x","n":2}""");
        driver.Pipe("companies", "y", null);

        var last = driver.Outputs.GroupBy(output => Encoding.UTF8.GetString(output.Key!.Value.Span)).Select(outputs => Encoding.UTF8.GetString(outputs.Last().Value!.Value.Span));
        last.ShouldBe(["""{"sku":"A","brand":"x","shop":"y","brandN":2}""", """{"sku":"B","brand":"y","shop":"y"}"""]);
        driver.AllTasks.ShouldAllBe(task => !task.HasFanout && !task.HasUnsavedProgress);
    }

    [Fact]
    public void ReplayThatWaits_IsAnsweredAfterARestartWithTheLatestRoot()
    {
        using var rig = new RootRig(Entity(Relation("brand", "brands", Strategy.Shuffle), Relation("shop", "shops", Strategy.Shuffle)));
        const string message = """{"replayId":"r"}""";
        rig.Root("A", """{"sku":"A","brand":"b","shop":"s"}""");
        rig.Root("B", """{"sku":"B","brand":"b"}""");
        rig.Replay("A", message);
        rig.Replay("B", message);
        rig.Answer("item-brand-answers", "b", 0, 3, """{"id":"b","n":1}""");
        rig.Commit();
        rig.Restart();
        rig.Root("A", """{"sku":"A","brand":"b","shop":"s","v":2}""");
        rig.FanoutAll();
        rig.Commit();
        rig.Restart();
        rig.FanoutAll();
        rig.Answer("item-shop-answers", "s", 0, 5);
        rig.FanoutAll();
        rig.Commit();
        rig.Restart();
        rig.FanoutAll();

        rig.Taken().ShouldBe(
        [
            "b? epoch 0", "s? epoch 0",
            "s? epoch 0", // asked again: nothing has answered it before the restart
            $$"""B {"sku":"B","brand":"b","brandN":1} @1 {{message}}""",
            "s? epoch 0",
            """A {"sku":"A","brand":"b","shop":"s","v":2,"brandN":1} @2""",
            $$"""A {"sku":"A","brand":"b","shop":"s","v":2,"brandN":1} @2 {{message}}""",
        ]);
    }

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void ThousandsOfValues_AreJoinedAndMoreAreRejected(Strategy strategy)
    {
        using var driver = new TopologyDriver(SampleDefinitions.Item(strategy: strategy));
        driver.Pipe("delivery-classes", "v4095", """{"name":"v4095","minimumTime":1,"maximumTime":2}""");
        driver.Root("A", Root(4096));
        driver.Root("A", Root(4097));
        driver.Root("A", null);

        driver.Outputs.Select(output => output.Topic).ShouldBe(["items-merged", "item-dead-letters", "items-merged"]);
        Encoding.UTF8.GetString(driver.Outputs[0].Value!.Value.Span).ShouldEndWith("""],"minimumDeliveryTime":1,"maximumDeliveryTime":2}""");

        static string Root(int values) => $$"""{"sku":"A","deliveryClasses":[{{string.Join(',', Enumerable.Range(0, values).Select(value => $"\"v{value}\""))}}]}""";
    }

    private static EntityDefinition Entity(params RelationDefinition[] relations) => SampleDefinitions.Item() with { Relations = [.. relations] };

    private static RelationDefinition Relation(string name, string from, Strategy strategy) => new()
    {
        Name = name,
        From = from,
        Key = KeyDefinition.Of(SampleDefinitions.Path("id")),
        Match = KeyDefinition.Of(SampleDefinitions.Path(name)),
        Set = [new FieldMapping(name + "N", SampleDefinitions.Path("n"))],
        Strategy = strategy,
    };

    private static List<string> Documents(TopologyDriver driver, string topic) =>
        [.. driver.Outputs.Where(output => output.Topic == topic).Select(output => Encoding.UTF8.GetString(output.Value!.Value.Span))];
}

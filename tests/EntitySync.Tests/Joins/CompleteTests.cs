using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;
using EntitySync.Tests.Enrichment;

namespace EntitySync.Tests.Joins;

/// <summary>With <c>emit.complete</c> an entity is emitted only while each of its match values has a row; meanwhile it is counted, and nothing is taken back.</summary>
public sealed class CompleteTests
{
    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void Entity_IsEmittedWhileEveryValueHasARow(Strategy strategy)
    {
        using var driver = new TopologyDriver(Definition(strategy));
        driver.Root("A", """{"sku":"A","deliveryClasses":["slow","fast","slow"]}""");
        driver.Pipe("delivery-classes", "slow", """{"name":"slow","minimumTime":9,"maximumTime":9}""");
        driver.Pipe("delivery-classes", "fast", """{"name":"fast","maximumTime":1}"""); // lacks the field of the pick: no row that counts
        driver.Pipe("delivery-classes", "fast", """{"name":"fast","minimumTime":1,"maximumTime":1}""");
        driver.Pipe("delivery-classes", "slow", null);
        driver.Root("A", """{"sku":"A","deliveryClasses":["slow","fast"],"v":1}""");
        driver.Pipe("delivery-classes", "fast", """{"name":"fast","minimumTime":2,"maximumTime":2}""");
        driver.Pipe("delivery-classes", "slow", """{"name":"slow","minimumTime":8,"maximumTime":8}""");
        driver.Root("B", """{"sku":"B","deliveryClasses":[null]}""");

        Outputs(driver).ShouldBe(
        [
            """items-merged {"sku":"A","deliveryClasses":["slow","fast","slow"],"minimumDeliveryTime":1,"maximumDeliveryTime":1}""",
            """items-merged {"sku":"A","deliveryClasses":["slow","fast"],"v":1,"minimumDeliveryTime":2,"maximumDeliveryTime":2}""",
            """items-merged {"sku":"B","deliveryClasses":[null],"minimumDeliveryTime":null,"maximumDeliveryTime":null}""",
        ]);
        driver.Counts.DeadLettered.ShouldBe(0);
    }

    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void LoserThatGoesAndComes_IsMissedAndFound(Strategy strategy)
    {
        using var driver = new TopologyDriver(Definition(strategy));
        driver.Pipe("delivery-classes", "slow", """{"name":"slow","minimumTime":9,"maximumTime":9}""");
        driver.Pipe("delivery-classes", "fast", """{"name":"fast","minimumTime":1,"maximumTime":1}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["slow","fast"]}""");
        driver.Tasks[0].Explain("A"u8)!.State.ShouldBe("emitted");
        driver.Pipe("delivery-classes", "slow", null);
        driver.Tasks[0].Explain("A"u8)!.State.ShouldBe("dropped");
        driver.Pipe("delivery-classes", "slow", """{"name":"slow","minimumTime":9,"maximumTime":9}""");
        driver.Tasks[0].Explain("A"u8)!.State.ShouldBe("emitted");
    }

    [Fact]
    public void Lookup_DropsAnItemThatLacksARow()
    {
        var tables = new InMemoryReferenceTables();
        tables.Put("delivery-classes", "slow", """{"name":"slow","minimumTime":9,"maximumTime":9}""");
        const string root = """{"sku":"a","deliveryClasses":["slow","fast"]}""";

        OneDocument.Enrich(Definition(Strategy.Lookup), "a", root, tables).ShouldBe((EnrichmentOutcome.Dropped, null));
        tables.Put("delivery-classes", "fast", """{"name":"fast","minimumTime":1,"maximumTime":1}""");
        OneDocument.Emit(Definition(Strategy.Lookup), "a", root, tables).ShouldBe("""{"sku":"a","deliveryClasses":["slow","fast"],"minimumDeliveryTime":1,"maximumDeliveryTime":1}""");
    }

    [Fact]
    public void OtherRelations_MayLackRows()
    {
        var item = Definition(Strategy.Broadcast);
        var label = new RelationDefinition
        {
            Name = "label", From = "labels", Key = KeyTexts.Key("id"), Match = KeyTexts.Key("labelId"), Set = [new FieldMapping("label", SampleDefinitions.Path("text"))],
            Missing = new MissingRule(MissingAction.Reject, []),
        };
        using var driver = new TopologyDriver(item with { Relations = item.Relations.Add(label) });
        driver.Root("A", """{"sku":"A","deliveryClasses":["slow"],"labelId":7}""");
        driver.Pipe("labels", "7", """{"id":7,"text":"x"}""");
        driver.Pipe("delivery-classes", "slow", """{"name":"slow","minimumTime":9,"maximumTime":9}""");
        driver.Pipe("labels", "7", null);

        Outputs(driver).ShouldBe(
        [
            """items-merged {"sku":"A","deliveryClasses":["slow"],"labelId":7,"minimumDeliveryTime":9,"maximumDeliveryTime":9,"label":"x"}""",
            """item-dead-letters {"sku":"A","deliveryClasses":["slow"],"labelId":7}""",
        ]);
    }

    private static EntityDefinition Definition(Strategy strategy) =>
        SampleDefinitions.Item(strategy: strategy) with { Emit = new EmitDefinition(EmitWhen.OnChange) { Complete = ["deliveryClass"] }, Replay = null };

    private static List<string> Outputs(TopologyDriver driver) => [.. driver.Outputs.Select(output => $"{output.Topic} {Encoding.UTF8.GetString(output.Value!.Value.Span)}")];
}

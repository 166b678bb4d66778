using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>Several related rows of one join value.</summary>
public sealed class RowGroupTests
{
    private const int Many = 20_000;

    public static TheoryData<Strategy> Strategies => [Strategy.Broadcast, Strategy.Shuffle];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void ManyRows_AreEmbeddedByKeyAndFollowEveryChange(Strategy strategy)
    {
        using var driver = new TopologyDriver(Labels(strategy, many: true));
        driver.Root("A", """{"sku":"A","group":"g"}""");
        driver.Pipe("labels", "k2", """{"of":"g","n":2,"_version":5}""");
        driver.Pipe("labels", "k3", """{"of":"g","n":3}""");
        driver.Pipe("labels", "k1", """{"of":"g","n":1}""");
        driver.Pipe("labels", "k3", """{"of":"g","n":3,"unused":true}""");
        driver.Pipe("labels", "k2", """{"of":"g","n":22}""");
        driver.Pipe("labels", "k3", """{"of":"h","n":3}""");
        driver.Pipe("labels", "k1", null);
        driver.Pipe("labels", "k2", """{"n":22}""");

        Documents(driver).ShouldBe(
        [
            """{"sku":"A","group":"g"}""",
            """{"sku":"A","group":"g","labels":[{"n":2}]}""",
            """{"sku":"A","group":"g","labels":[{"n":2},{"n":3}]}""",
            """{"sku":"A","group":"g","labels":[{"n":1},{"n":2},{"n":3}]}""",
            """{"sku":"A","group":"g","labels":[{"n":1},{"n":22},{"n":3}]}""",
            """{"sku":"A","group":"g","labels":[{"n":1},{"n":22}]}""",
            """{"sku":"A","group":"g","labels":[{"n":22}]}""",
            """{"sku":"A","group":"g"}""",
        ]);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void SecondRowWithoutPick_IsRejectedUntilItIsGone(Strategy strategy)
    {
        using var driver = new TopologyDriver(Labels(strategy, many: false));
        driver.Root("A", """{"sku":"A","group":"g"}""");
        foreach (var key in (string[])["k1", "k2", "k3"]) driver.Pipe("labels", key, """{"of":"g","n":1}""");
        driver.Pipe("labels", "k1", null);
        driver.Pipe("labels", "k3", null);

        Documents(driver).ShouldBe(
        [
            """{"sku":"A","group":"g"}""",
            """{"sku":"A","group":"g","labels":{"n":1}}""",
            """{"sku":"A","group":"g"}""", // the root, as a dead letter
            """{"sku":"A","group":"g","labels":{"n":1}}""",
        ]);
        driver.Counts.DeadLettered.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void Explain_NamesLosersOfTheSameValue(Strategy strategy)
    {
        using var driver = new TopologyDriver(SampleDefinitions.Item(strategy: strategy));
        driver.Pipe("delivery-classes", "k1", """{"name":"x","minimumTime":3}""");
        driver.Pipe("delivery-classes", "k2", """{"name":"x","minimumTime":2}""");
        driver.Pipe("delivery-classes", "k3", """{"name":"x"}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x","y"]}""");

        var explanation = driver.Tasks[0].Explain("A"u8).ShouldNotBeNull();
        explanation.Rows.Select(row => (row.Key, row.IsChosen)).ShouldBe([("k1", false), ("k2", true), ("k3", false)]);
        explanation.MissingValues.ShouldBe([("deliveryClass", "y")]);
    }

    [Fact]
    public void GroupOfManyRows_TakesWorkInProportion()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Broadcast));
        for (var i = 0; i < Many; i++) rig.Related("delivery-classes", $"{i * 7919 % Many}", $$"""{"name":"x","minimumTime":{{Many - i}},"maximumTime":{{i}}}""");
        for (var i = 0; i < Many; i++) rig.Root($"{i}", $$"""{"sku":"{{i}}","deliveryClasses":["x"]}""");
        rig.Taken().ShouldAllBe(output => output.Contains($"\"minimumDeliveryTime\":1,\"maximumDeliveryTime\":{Many - 1}", StringComparison.Ordinal));
        rig.Related("delivery-classes", "new", """{"name":"x","minimumTime":0,"maximumTime":0}""");
        rig.FanoutAll();

        rig.Taken().Length.ShouldBe(Many);
        rig.Tables.Rows.ShouldBe(Many + 1);
    }

    [Fact]
    public void TableOverItsBudget_IsRefusedWithNumbersAndAdvice()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Broadcast), new JoinOptions { BroadcastBytes = 2000 });
        rig.Related("delivery-classes", "x", """{"name":"x"}""");
        rig.Related("delivery-classes", "y", """{"name":"y"}""");

        Should.Throw<InvalidRequestException>(() => rig.Related("delivery-classes", "z", """{"name":"z"}""")).Message.ShouldBe(
            "Entity 'item': the related rows of 'delivery-classes' (relation 'deliveryClass') take 2,224 bytes for 3 rows in a thread, more than 2,000. "
            + "Use strategy shuffle for this relation, or allow more with JOIN_BROADCAST_MEGABYTES.");
    }

    [Fact]
    public void ValuesThatComeAndGo_AreForgottenAndTheirDeparturesPassedOn()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Broadcast), new JoinOptions { BroadcastBytes = 5_000_000 });
        rig.Related("delivery-classes", "v0", """{"name":"v0","minimumTime":1,"maximumTime":2}""");
        rig.Root("A", """{"sku":"A","deliveryClasses":["v0"]}""");
        rig.FanoutAll();
        rig.Commit();
        for (var i = 0; i < Many; i++)
        {
            rig.Related("delivery-classes", $"v{i}", $$"""{"name":"v{{i}}","minimumTime":1,"maximumTime":2}""");
            rig.Related("delivery-classes", $"v{i}", (string?)null);
        }

        rig.Tables.Bytes.ShouldBeLessThan(5_000_000);
        rig.Taken().ShouldBe(["""A {"sku":"A","deliveryClasses":["v0"],"minimumDeliveryTime":1,"maximumDeliveryTime":2} @0"""]);
        rig.Restart();
        rig.FanoutAll();
        rig.Related("delivery-classes", "v0", """{"name":"v0","minimumTime":3,"maximumTime":4}""");
        rig.FanoutAll();
        rig.Taken().ShouldBe(
        [
            """A {"sku":"A","deliveryClasses":["v0"],"minimumDeliveryTime":null,"maximumDeliveryTime":null} @0""",
            """A {"sku":"A","deliveryClasses":["v0"],"minimumDeliveryTime":3,"maximumDeliveryTime":4} @0""",
        ]);
    }

    private static EntityDefinition Labels(Strategy strategy, bool many)
    {
        var item = SampleDefinitions.Item();
        return item with
        {
            Relations =
            [
                new RelationDefinition
                {
                    Name = "labels",
                    From = "labels",
                    Key = KeyDefinition.Of(SampleDefinitions.Path("of")),
                    Match = KeyDefinition.Of(SampleDefinitions.Path("group")),
                    Many = many,
                    Embed = new EmbedDefinition("labels", [new FieldMapping("n", SampleDefinitions.Path("n"))]),
                    Strategy = strategy,
                },
            ],
        };
    }

    private static List<string> Documents(TopologyDriver driver) => [.. driver.Outputs.Select(output => Encoding.UTF8.GetString(output.Value!.Value.Span))];
}

using EntitySync.Core.Definitions;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>What a root task knows after a restart, or after a definition has changed.</summary>
public sealed class ProgressTests
{
    private const string Answers = "item-deliveryClass-answers";

    [Fact]
    public void RestartWithoutChange_EmitsNothing()
    {
        using var rig = new RootRig(Item(Strategy.Broadcast), isStarted: false);
        rig.Related("delivery-classes", "x", Row(1));
        rig.Start();
        rig.Root("A", Root("A"));
        rig.Commit();
        rig.Taken().ShouldBe([Output("A", 1)]);

        rig.Restart();
        rig.FanoutAll();
        rig.Taken().ShouldBe([]);
    }

    [Fact]
    public void ChangeDuringDowntime_IsPassedOnOnce()
    {
        using var rig = new RootRig(Item(Strategy.Broadcast));
        rig.Related("delivery-classes", "x", Row(1));
        rig.Root("A", Root("A"));
        rig.FanoutAll();
        rig.Commit();
        rig.LogOf("delivery-classes").Add(rig.LogOf("delivery-classes")[0] with { Offset = 1, Value = System.Text.Encoding.UTF8.GetBytes(Row(2)) });
        rig.Restart();
        rig.FanoutAll();
        rig.Commit();
        rig.Taken().ShouldBe([Output("A", 1), Output("A", 2)]);

        rig.Restart();
        rig.FanoutAll();
        rig.Taken().ShouldBe([]);
    }

    [Fact]
    public void ChangeWhileTheTaskRestores_IsNotLost()
    {
        using var rig = new RootRig(Item(Strategy.Broadcast));
        rig.Root("A", Root("A"));
        rig.Commit();
        rig.Taken();
        rig.Task.Dispose();

        rig.Open();
        rig.Restore();
        rig.Related("delivery-classes", "x", Row(1));
        rig.Task.CompleteRestore();
        rig.FanoutAll();
        rig.Taken().ShouldBe([Output("A", 1)]);
    }

    [Fact]
    public void RelationThatFollowsAnotherTopicNow_ReEmits()
    {
        var first = Item(Strategy.Broadcast);
        using var old = new RootRig(first);
        for (var change = 1; change <= 5; change++) old.Related("delivery-classes", "x", Row(change));
        old.Root("A", Root("A"));
        old.Commit();

        var logs = new[] { old.LogOf("items"), [], [old.LogOf("delivery-classes")[1] with { Offset = 0 }], old.LogOf("item-progress") };
        using var rig = new RootRig(first with { Relations = [first.Relations[0] with { From = "other-classes" }] }, logs: logs);
        rig.FanoutAll();
        rig.Taken().ShouldBe([Output("A", 2)]);
    }

    [Fact]
    public void RelationThatIsShuffledNow_AsksForTheValuesOfItsEntities()
    {
        using var old = new RootRig(Item(Strategy.Lookup));
        foreach (var key in (string[])["A", "B", "C"]) old.Root(key, Root(key));
        old.Root("B", """{"sku":"B","deliveryClasses":["y"]}""");
        old.Root("C", null);

        using var rig = new RootRig(Item(Strategy.Shuffle), logs: [old.LogOf("items"), [], [], []]);
        rig.FanoutAll();
        rig.Taken().ShouldBe(["x? epoch 0", "y? epoch 3"], ignoreOrder: true);
        rig.Answer(Answers, "x", 0, 7, Row(4));
        rig.Answer(Answers, "y", 3, 7);
        rig.FanoutAll();
        rig.Taken().ShouldBe([Output("A", 4), """B {"sku":"B","deliveryClasses":["y"],"minimumDeliveryTime":null,"maximumDeliveryTime":null} @3"""]);
        rig.Commit();

        rig.Restart();
        rig.FanoutAll();
        rig.Taken().ShouldBe([]);
    }

    [Fact]
    public void AnswerToAValueThatNobodyUsesAfterARestart_IsWithdrawn()
    {
        using var rig = new RootRig(Item(Strategy.Shuffle));
        rig.Root("A", Root("A"));
        rig.Answer(Answers, "x", 0, 7, Row(4));
        rig.FanoutAll();
        rig.Commit();
        rig.Taken().ShouldBe(["x? epoch 0", Output("A", 4)]);
        rig.LogOf("items").Clear();

        rig.Restart();
        rig.FanoutAll();
        rig.Taken().ShouldBe(["x withdrawn"]);
    }

    private static EntityDefinition Item(Strategy strategy) => SampleDefinitions.Item(strategy: strategy);

    private static string Root(string key) => $$"""{"sku":"{{key}}","deliveryClasses":["x"]}""";

    private static string Row(int time) => $$"""{"name":"x","minimumTime":{{time}},"maximumTime":9}""";

    private static string Output(string key, int time) => $$"""{{key}} {"sku":"{{key}}","deliveryClasses":["x"],"minimumDeliveryTime":{{time}},"maximumDeliveryTime":9} @0""";
}

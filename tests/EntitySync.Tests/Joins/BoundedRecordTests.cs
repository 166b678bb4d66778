using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>Whatever roots and replays hold, no internal record grows beyond what a broker takes: a write that is refused would stop the thread for ever.</summary>
public sealed class BoundedRecordTests
{
    private static readonly string Long = new('x', 3_000_000);

    [Fact]
    public void ValueLongerThanAnyRows_IsNotAskedFor()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Shuffle));
        rig.Root("A", $$"""{"sku":"A","deliveryClasses":["{{Long}}"]}""");
        rig.Commit();
        rig.Restart();
        rig.FanoutAll();
        rig.Root("A", """{"sku":"A","deliveryClasses":[]}""");

        rig.Taken().Select(output => output.Replace(Long, "long", StringComparison.Ordinal)).ShouldBe(
        [
            """A {"sku":"A","deliveryClasses":["long"],"minimumDeliveryTime":null,"maximumDeliveryTime":null} @0""",
            """A {"sku":"A","deliveryClasses":[],"minimumDeliveryTime":null,"maximumDeliveryTime":null} @1""",
        ]);
    }

    [Fact]
    public void ValueLongerThanAnyRows_HasNoFanout()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Broadcast), isStarted: false);
        rig.Related("delivery-classes", "key is not the name", """{"name":"x","minimumTime":1}""");
        rig.Start();
        rig.Root("A", $$"""{"sku":"A","deliveryClasses":["{{Long}}","x"]}""");
        rig.Commit();
        rig.LogOf("item-progress").Clear();
        rig.Restart();
        rig.Commit();

        rig.NoteBytes.ShouldAllBe(bytes => bytes < 100);
        rig.Task.Fanouts.Count.ShouldBe(1);
    }

    [Fact]
    public void ReplaysOfAnEntityThatWaits_AreBoundedAndNoneIsLost()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Shuffle));
        rig.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        for (var replay = 0; replay < 10; replay++)
        {
            rig.Replay("A", Message(replay));
            rig.Replay("A", Message(replay));
        }

        rig.Commit();
        rig.NoteBytes.ShouldAllBe(bytes => bytes < 600 * 1024);
        rig.Restart();
        rig.FanoutAll();
        rig.Answer("item-deliveryClass-answers", "x", 0, -1);
        rig.FanoutAll();

        const string output = """A {"sku":"A","deliveryClasses":["x"],"minimumDeliveryTime":null,"maximumDeliveryTime":null} @0""";
        const string dead = "dead A: the entity waits for answers, and so many replays wait with it that there is no room for one more";
        rig.Taken().ShouldBe(
        [
            "x? epoch 0", .. Enumerable.Repeat(dead, 12), "x? epoch 0", output,
            .. Enumerable.Range(0, 4).Select(replay => $"{output} {Message(replay)}"),
        ]);
    }

    [Fact]
    public void PreparedRows_AreBoundedInBytes()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Shuffle));
        var text = new string('t', 800_000);
        for (var value = 0; value < 200; value++)
        {
            rig.Root($"{value}", $$"""{"sku":"{{value}}","deliveryClasses":["v{{value}}"]}""");
            rig.Answer("item-deliveryClass-answers", $"v{value}", value, 0, $$"""{"minimumTime":1,"maximumTime":"{{text}}"}""");
            rig.FanoutAll();
            rig.Outputs.Clear();
            rig.LogOf("item-deliveryClass-answers").Clear();
        }

        // 160 MB of answers are held; the rows made of them take 64 MB beside.
        rig.Task.AllocatedBytes.ShouldBeInRange(160L * 1000 * 1000, 260L * 1000 * 1000);
    }

    // Counted again with each answer, all prepared rows would be thrown away though few are held.
    [Fact]
    public void AnswersOfAValueThatChanges_AreCountedOnce()
    {
        using var rig = new RootRig(SampleDefinitions.Item(strategy: Strategy.Shuffle));
        rig.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        long Allocated(long version)
        {
            rig.Answer("item-deliveryClass-answers", "x", 0, version, $$"""{"minimumTime":{{100 + version}},"maximumTime":900}""");
            rig.FanoutAll();
            return rig.Task.AllocatedBytes;
        }

        var first = Allocated(0);
        Enumerable.Range(1, 100).Select(version => Allocated(version)).ShouldAllBe(allocated => allocated == first);
        rig.Outputs.Count.ShouldBe(102);
    }

    private static string Message(int replay) => $$"""{"replayId":"r{{replay}}","causes":[],"text":"{{new string('m', 120_000)}}"}""";
}

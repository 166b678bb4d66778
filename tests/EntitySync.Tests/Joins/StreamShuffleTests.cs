using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>Events of a stream root that wait for the rows of a shuffle relation; answers come when the test gives them.</summary>
public sealed class StreamShuffleTests
{
    private const string Answers = "item-deliveryClass-answers";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Events_LeaveInTheOrderTheyCame(bool restarts)
    {
        using var rig = Rig();
        rig.Root("A", Event("x"));
        Next();
        rig.Root("B", Event("y"));
        Next();
        rig.Root(null, Event());
        Next();
        rig.Root("D", Event("x", "y"));
        Next();
        rig.Answer(Answers, "y", 1, 0, Row(2));
        Next();
        rig.Taken().ShouldBe(["x? epoch 0", "y? epoch 1", .. restarts ? ["x? epoch 0", "x? epoch 0", "y? epoch 1", "x? epoch 0", "y? epoch 1", "x? epoch 0", "y? epoch 1", "x? epoch 0"] : Array.Empty<string>()], ignoreOrder: true);
        rig.Answer(Answers, "x", 0, 1, Row(1));
        Next();
        rig.Taken().ShouldBe([Output("A", 0, 1, "x"), Output("B", 1, 2, "y"), Output("", 2, null), Output("D", 3, 1, "x", "y")]);
        rig.Root("E", Event("y"));
        Next();
        rig.Taken().ShouldBe([Output("E", 4, 2, "y")]);

        void Next()
        {
            rig.FanoutAll();
            if (!restarts) return;
            rig.Commit();
            rig.Restart();
            rig.FanoutAll();
        }
    }

    [Fact]
    public void LaterRow_RewritesNoEventAndIsUsedByTheNext()
    {
        using var rig = Rig();
        rig.Root("A", Event("x"));
        rig.Answer(Answers, "x", 0, 0, Row(1));
        rig.FanoutAll();
        rig.Answer(Answers, "x", 0, 5, Row(2));
        rig.FanoutAll();
        rig.Root("A", Event("x"));
        rig.Answer(Answers, "x", 0, 9);
        rig.Root("A", Event("x"));

        rig.Taken().ShouldBe(["x? epoch 0", Output("A", 0, 1, "x"), Output("A", 1, 2, "x"), Output("A", 2, null, "x")]);
    }

    [Fact]
    public void RowThatChangesWhileAnEventWaits_IsTakenAsItIsWhenTheEventLeaves()
    {
        using var rig = Rig();
        rig.Root("A", Event("x", "y"));
        rig.Answer(Answers, "x", 0, 0, Row(1));
        rig.Answer(Answers, "x", 0, 1, Row(5));
        rig.Answer(Answers, "y", 0, 0, Row(7));
        rig.FanoutAll();

        rig.Taken().ShouldBe(["x? epoch 0", "y? epoch 0", Output("A", 0, 5, "x", "y")]);
    }

    [Fact]
    public void EventThatComesAndGoesWithinACommit_LeavesNoNote()
    {
        using var rig = Rig();
        rig.Commit();
        rig.Root("A", Event("x"));
        rig.Answer(Answers, "x", 0, 0, Row(1));
        rig.FanoutAll();

        rig.Task.HasUnsavedProgress.ShouldBeFalse();
        rig.Commit();
        rig.NoteBytes.ShouldBe([]);
    }

    [Fact]
    public void Notes_AreWrittenOnceAndRemovedOnce()
    {
        using var rig = Rig();
        rig.Root("A", Event("x"));
        rig.Root(null, Event());
        rig.Commit();
        rig.Commit();
        rig.Root("C", Event());
        rig.Commit();
        rig.Answer(Answers, "x", 0, 0);
        rig.FanoutAll();
        rig.Commit();

        rig.Task.HasUnsavedProgress.ShouldBeFalse();
        rig.NoteBytes.ShouldBe([9 + 5 + Event("x").Length, 9 + 3 + Event().Length, 9 + 5 + Event().Length, 9, 9, 9]);
        rig.Restart();
        (rig.Task.HasFanout, rig.Task.Rows, rig.Task.StateBytes).ShouldBe((false, 0, 0));
    }

    [Fact]
    public void NotesAheadOfThePosition_AreNotOvertakenByTheSameRecords()
    {
        using var rig = Rig();
        rig.Answer(Answers, "y", 0, 0, Row(2));
        rig.Root("A", Event());
        rig.CommitPositions();
        rig.Root("B", Event());
        rig.Root("C", Event("x"));
        rig.Root("D", Event());
        rig.Task.SaveProgress(); // without transactions a crash may come between the notes and the positions
        rig.Taken().ShouldBe([Output("A", 0, null), Output("B", 1, null), "x? epoch 2"]);

        rig.Restart();
        rig.ProcessUncommitted();
        rig.Root("E", Event());
        rig.FanoutAll();
        rig.Answer(Answers, "x", 2, 0, Row(1));
        rig.FanoutAll();
        rig.Taken().ShouldBe(["x? epoch 2", Output("C", 2, 1, "x"), Output("D", 3, null), Output("E", 4, null)]);
        rig.Counts.Suppressed.ShouldBe(3);
    }

    [Fact]
    public void CrashBeforeTheNotesAreRemoved_EmitsTheSameEventsAgainInOrder()
    {
        using var rig = Rig();
        rig.Root("A", Event("x"));
        rig.Root("B", Event());
        rig.Commit();
        rig.Answer(Answers, "x", 0, 0, Row(1));
        rig.FanoutAll();
        rig.Root("C", Event());
        rig.Taken().ShouldBe(["x? epoch 0", Output("A", 0, 1, "x"), Output("B", 1, null), Output("C", 2, null)]);

        rig.Restart();
        rig.FanoutAll();
        rig.ProcessUncommitted(0);
        rig.ProcessUncommitted(1);
        rig.FanoutAll();
        rig.Taken().ShouldBe(["x? epoch 0", Output("A", 0, 1, "x"), Output("B", 1, null), Output("C", 2, null)]);
    }

    [Theory]
    [InlineData(4, 1_000_000L)]
    [InlineData(1000, 4L * 30)]
    public void FullTask_SaysSoUntilHalfOfItsRoomIsFree(int events, long bytes)
    {
        using var rig = Rig(new JoinOptions { WaitingEvents = events, WaitingEventBytes = bytes });
        var full = new List<bool>();
        for (var i = 0; i < 6; i++)
        {
            rig.Root($"{i}", Event($"{i}"));
            full.Add(rig.Task.IsFull);
        }

        for (var i = 0; i < 6; i++)
        {
            rig.Answer(Answers, $"{i}", i, 0);
            rig.FanoutAll();
            full.Add(rig.Task.IsFull);
        }

        full.ShouldBe([false, false, false, true, true, true, true, true, true, false, false, false]);
        (rig.Task.Rows, rig.Task.StateBytes).ShouldBe((0, 0));
    }

    [Fact]
    public void RestoredTask_IsFullAsBefore()
    {
        using var rig = Rig(new JoinOptions { WaitingEvents = 2 });
        rig.Root("A", Event("x"));
        rig.Root("B", Event("y"));
        rig.Commit();
        rig.Restart();

        rig.Task.IsFull.ShouldBeTrue();
    }

    [Fact]
    public void WaitingEvents_LeaveInSteps()
    {
        using var rig = Rig();
        for (var i = 0; i < 10; i++) rig.Root("A", Event("x"));
        rig.Answer(Answers, "x", 0, 0);

        (rig.Task.Fanout(4), rig.Task.Rows).ShouldBe((4, 6));
        (rig.Task.Fanout(100), rig.Task.Rows, rig.Task.HasFanout).ShouldBe((6, 0, false));
    }

    [Fact]
    public void BusyValue_IsAskedForOnce()
    {
        using var rig = Rig(new JoinOptions { RecentValues = 1 });
        for (var i = 0; i < 50; i++)
        {
            rig.Root("A", Event("x"));
            if (i == 0) rig.Answer(Answers, "x", 0, 0);
            rig.FanoutAll();
            rig.Commit();
            if (i % 7 == 0) rig.Restart();
        }

        rig.Taken().ShouldBe(["x? epoch 0", .. Enumerable.Range(0, 50).Select(i => Output("A", i, null, "x"))]);
    }

    [Fact]
    public void ValueUsedLongestAgo_IsGivenBack_AndAskedForAgain()
    {
        using var rig = Rig(new JoinOptions { RecentValues = 2 });
        string[] values = ["x", "y", "x", "z", "x", "y"];
        for (var i = 0; i < values.Length; i++)
        {
            rig.Root("A", Event(values[i]));
            if (rig.Task.Rows > 0) rig.Answer(Answers, values[i], i, 0);
            rig.FanoutAll();
        }

        rig.Taken().ShouldBe(
        [
            "x? epoch 0", Output("A", 0, null, "x"),
            "y? epoch 1", Output("A", 1, null, "y"),
            Output("A", 2, null, "x"),
            "z? epoch 3", Output("A", 3, null, "z"), "y withdrawn",
            Output("A", 4, null, "x"),
            "y? epoch 5", Output("A", 5, null, "y"), "z withdrawn",
        ]);
    }

    [Fact]
    public void AnswersBeyondTheirBytes_AreGivenBackWhenNoEventNeedsThem()
    {
        using var rig = Rig(new JoinOptions { RecentValueBytes = 100 });
        rig.Root("A", Event("x"));
        rig.Answer(Answers, "x", 0, 0, Row(1));
        rig.FanoutAll();
        rig.Taken().ShouldBe(["x? epoch 0", Output("A", 0, 1, "x")]);
        rig.Answer(Answers, "x", 0, 1, Row(1), Row(2), Row(3), Row(4));
        rig.Taken().ShouldBe(["x withdrawn"]);

        rig.Root("A", Event("x", "y"));
        rig.Answer(Answers, "x", 1, 2, Row(1), Row(2), Row(3), Row(4));
        rig.Answer(Answers, "y", 1, 2, Row(0));
        rig.FanoutAll();
        rig.Taken().ShouldBe(["x? epoch 1", "y? epoch 1", Output("A", 1, 0, "x", "y"), "x withdrawn"]);
    }

    [Fact]
    public void ValueTooLongForAnyRow_IsNotAskedFor()
    {
        using var rig = Rig();
        var value = new string('v', 300_000);
        rig.Root("A", Event(value));
        rig.FanoutAll();

        rig.Taken().ShouldBe([Output("A", 0, null, value)]);
    }

    private static RootRig Rig(JoinOptions? options = null)
    {
        var item = SampleDefinitions.Item(MissingRule.Omit, Strategy.Shuffle);
        item = item with { Root = item.Root with { Kind = RootKind.Stream }, Relations = [item.Relations[0] with { Set = [item.Relations[0].Set[0]] }] };
        return new RootRig(item with { Root = new RootDefinition("items", KeyDefinition.None, RootKind.Stream) }, options);
    }

    private static string Event(params string[] classes) => $$"""{"deliveryClasses":[{{string.Join(",", classes.Select(name => $"\"{name}\""))}}]}""";

    private static string Row(int time) => $$"""{"name":"x","minimumTime":{{time}}}""";

    private static string Output(string key, int offset, int? time, params string[] classes) =>
        new StringBuilder($"{key} {Event(classes)[..^1]}").Append(time is null ? "" : $",\"minimumDeliveryTime\":{time}").Append($"}} @{offset}").ToString();
}

using EntitySync.Core.Joins;

namespace EntitySync.Tests.Joins.Shuffle;

/// <summary>When changed rows are sent: a step or a commit sends each changed value once, however many of its rows have changed since.</summary>
public sealed class ChangedValuesTests : IDisposable
{
    private const string V = "v";

    private readonly RemoteTask _task = New();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void RowsInARow_AreSentOnceWithTheNextStep()
    {
        _task.Ask(V, 1, 7);
        _task.MakesSteps = false;
        _task.Row(V, "a", 1, "1");
        _task.Row(V, "b", 2, "2");
        _task.RowGone(V, "a");
        _task.Task.HasFanout.ShouldBeTrue();
        _task.Task.Fanout(10).ShouldBe(1);
        _task.Task.HasFanout.ShouldBeFalse();

        _task.Sent.ShouldBe(["answers-1 v epoch 7 version -1: []", "answers-1 v epoch 7 version 2: [b 2 from 0@2]"]);
    }

    // Quadratic otherwise: each row of a large group would carry the group.
    [Fact]
    public void ThousandRowsOfAValue_CostOneAnswer()
    {
        _task.Ask(V, 1, 7);
        _task.MakesSteps = false;
        for (var row = 0; row < 1_000; row++) _task.Row(V, $"k{row}", row, "1");
        _task.Task.SaveProgress();

        _task.Counts.Answers.ShouldBe(2);
    }

    [Fact]
    public void ChangeThatNoStepHasSent_GoesOutWithTheCommit()
    {
        var other = Others()[0];
        _task.Ask(V, 1, 7);
        _task.Ask(other, 2, 8);
        _task.MakesSteps = false;
        _task.Row(V, "a", 1, "1");
        _task.Row(other, "b", 2, "2");
        _task.Task.HasUnsavedProgress.ShouldBeTrue();
        _task.Task.SaveProgress();

        _task.Sent.Skip(2).ShouldBe(["answers-1 v epoch 7 version 1: [a 1 from 0@1]", $"answers-2 {other} epoch 8 version 1: [b 2 from 0@2]"]);
        (_task.Task.HasFanout, _task.Task.HasUnsavedProgress).ShouldBe((false, false));
    }

    [Fact]
    public void Step_SendsAsManyValuesAsItMay_InTheOrderOfTheirFirstChange()
    {
        var others = Others();
        string[] values = [others[2], V, others[0], others[1]];
        foreach (var value in values) _task.Ask(value, 1, 7);
        _task.MakesSteps = false;
        foreach (var value in values) _task.Row(value, "k", 1, "1");
        _task.Row(values[0], "l", 2, "2");
        _task.Sent.Clear();

        _task.Task.Fanout(3).ShouldBe(3);
        _task.Sent.ShouldBe(
        [
            $"answers-1 {values[0]} epoch 7 version 4: [k 1 from 0@1, l 2 from 0@2]",
            $"answers-1 {values[1]} epoch 7 version 4: [k 1 from 0@1]",
            $"answers-1 {values[2]} epoch 7 version 4: [k 1 from 0@1]",
        ]);
        _task.Sent.Clear();
        _task.Task.Fanout(3).ShouldBe(1);
        _task.Sent.ShouldBe([$"answers-1 {values[3]} epoch 7 version 4: [k 1 from 0@1]"]);
    }

    [Fact]
    public void LargeAnswers_FillAStep()
    {
        var values = Others()[..3];
        foreach (var value in values) _task.Ask(value, 1, 7);
        _task.MakesSteps = false;
        foreach (var value in values) _task.Row(value, "k", 1, $"\"{new string('x', 300 * 1024)}\"");

        _task.Task.Fanout(100).ShouldBe(2);
        _task.Task.Fanout(100).ShouldBe(1);
        _task.Task.Fanout(100).ShouldBe(0);
    }

    [Fact]
    public void ValueWithdrawnBeforeTheStep_HearsNoMore()
    {
        _task.Ask(V, 1, 7);
        _task.MakesSteps = false;
        _task.Row(V, "a", 1, "1");
        _task.Withdraw(V, 1);
        _task.Task.Fanout(10);

        _task.Sent.ShouldBe(["answers-1 v epoch 7 version -1: []", "answers-1 v gone"]);
    }

    [Fact]
    public void ChangeWithoutSubscribers_LeavesNothingToDo()
    {
        _task.MakesSteps = false;
        _task.Row(V, "a", 1, "1");

        (_task.Task.HasFanout, _task.Task.HasUnsavedProgress).ShouldBe((false, false));
    }

    private static RemoteTask New() => new(SubTopologyKind.Answer, RemoteTask.PartitionOf(V));

    // They belong to the partition of V.
    private static List<string> Others() =>
        [.. Enumerable.Range(0, 100).Select(number => $"v{number}").Where(value => RemoteTask.PartitionOf(value) == RemoteTask.PartitionOf(V))];
}

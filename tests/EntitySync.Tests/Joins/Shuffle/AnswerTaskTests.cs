using EntitySync.Core.Errors;
using EntitySync.Core.Joins;

namespace EntitySync.Tests.Joins.Shuffle;

/// <summary>Who hears what and when; all askers of one value with a row or two.</summary>
public sealed class AnswerTaskTests : IDisposable
{
    private const string V = "v";

    private readonly RemoteTask _task = New();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void QuestionBeforeRows_IsAnsweredWithNoneAndFollowsThem()
    {
        _task.Ask(V, 2, 7);
        _task.Row(V, "k", 5, "1");
        _task.Row(V, "k", 6, "2");
        _task.RowGone(V, "k");
        _task.Row(V, "k", 9, "3");

        _task.Sent.ShouldBe(
        [
            "answers-2 v epoch 7 version -1: []",
            "answers-2 v epoch 7 version 0: [k 1 from 0@5]",
            "answers-2 v epoch 7 version 1: [k 2 from 0@6]",
            "answers-2 v epoch 7 version 2: []",
            "answers-2 v epoch 7 version 3: [k 3 from 0@9]",
        ]);
        _task.Counts.Questions.ShouldBe(1);
        _task.Counts.Answers.ShouldBe(5);
    }

    [Fact]
    public void QuestionAfterRows_IsAnsweredWithTheLatest()
    {
        _task.Row(V, "k", 5, "1");
        _task.Row(V, "k", 6, "2");
        _task.Ask(V, 0, 7);

        _task.Sent.ShouldBe(["answers-0 v epoch 7 version 1: [k 2 from 0@6]"]);
    }

    [Fact]
    public void QuestionAfterTheLastRowLeft_IsAnsweredWithNone()
    {
        _task.Row(V, "k", 5, "1");
        _task.RowGone(V, "k");
        _task.Ask(V, 0, 7);

        _task.Sent.ShouldBe(["answers-0 v epoch 7 version 1: []"]);
        _task.Task.Rows.ShouldBe(0);
    }

    [Fact]
    public void SecondQuestion_IsAnsweredWithItsEpochAndTheSameRows()
    {
        _task.Row(V, "k", 5, "1");
        _task.Ask(V, 3, 7);
        _task.Withdraw(V, 3);
        _task.Ask(V, 3, 9);
        _task.Ask(V, 3, 11);
        _task.Row(V, "k", 6, "2");

        _task.Sent.ShouldBe(
        [
            "answers-3 v epoch 7 version 0: [k 1 from 0@5]",
            "answers-3 v gone",
            "answers-3 v epoch 9 version 0: [k 1 from 0@5]",
            "answers-3 v epoch 11 version 0: [k 1 from 0@5]",
            "answers-3 v epoch 11 version 1: [k 2 from 0@6]",
        ]);
    }

    [Fact]
    public void WithdrawnQuestion_EndsWithATombstoneAndHearsNoMore()
    {
        _task.Ask(V, 1, 7);
        _task.Ask(V, 2, 8);
        _task.Withdraw(V, 1);
        _task.Row(V, "k", 5, "1");
        _task.Withdraw(V, 2);
        _task.Row(V, "k", 6, "2");

        _task.Sent.ShouldBe(
        [
            "answers-1 v epoch 7 version -1: []",
            "answers-2 v epoch 8 version -1: []",
            "answers-1 v gone",
            "answers-2 v epoch 8 version 0: [k 1 from 0@5]",
            "answers-2 v gone",
        ]);
    }

    [Fact]
    public void WithdrawalOfNothing_StillEndsWithATombstone()
    {
        _task.Withdraw(V, 1);

        _task.Sent.ShouldBe(["answers-1 v gone"]);
        _task.Task.StateBytes.ShouldBe(0);
    }

    // A root task that crashed asks once more and may have passed over the first answer; an older question must not take it back behind a newer one.
    [Fact]
    public void RepeatedAndOlderQuestions_AreAnsweredWithTheHighestEpoch()
    {
        _task.Row(V, "k", 5, "1");
        _task.Ask(V, 1, 7);
        _task.Ask(V, 1, 7);
        _task.Ask(V, 1, 9);
        _task.Ask(V, 1, 7);
        _task.Row(V, "k", 6, "2");

        _task.Sent.ShouldBe(
        [
            "answers-1 v epoch 7 version 0: [k 1 from 0@5]",
            "answers-1 v epoch 7 version 0: [k 1 from 0@5]",
            "answers-1 v epoch 9 version 0: [k 1 from 0@5]",
            "answers-1 v epoch 9 version 0: [k 1 from 0@5]",
            "answers-1 v epoch 9 version 1: [k 2 from 0@6]",
        ]);
        _task.Counts.Questions.ShouldBe(4);
    }

    [Fact]
    public void DuplicatesAndOlderRows_ChangeNothing()
    {
        _task.Ask(V, 1, 7);
        _task.Row(V, "k", 5, "1");
        _task.Row(V, "k", 6, "2");
        _task.Row(V, "k", 5, "1");
        _task.Row(V, "k", 6, "2");
        _task.RowGone(V, "other");
        _task.Ask(V, 1, 8);

        _task.Sent.ShouldBe(
        [
            "answers-1 v epoch 7 version -1: []",
            "answers-1 v epoch 7 version 0: [k 1 from 0@5]",
            "answers-1 v epoch 7 version 1: [k 2 from 0@6]",
            "answers-1 v epoch 8 version 4: [k 2 from 0@6]",
        ]);
    }

    [Fact]
    public void RowOfAnotherOriginPartition_IsNotComparedByOffset()
    {
        _task.Ask(V, 1, 7);
        _task.Row(V, "k", 50, "1");
        _task.Row(V, "k", 5, "2", originPartition: 3);

        _task.Sent[^1].ShouldBe("answers-1 v epoch 7 version 1: [k 2 from 3@5]");
    }

    [Fact]
    public void EqualContent_IsNotSentButRaisesVersionAndOrigin()
    {
        _task.Ask(V, 1, 7);
        _task.Row(V, "k", 5, "1");
        _task.Row(V, "k", 6, "1");
        _task.Ask(V, 2, 8);

        _task.Sent.ShouldBe(
        [
            "answers-1 v epoch 7 version -1: []",
            "answers-1 v epoch 7 version 0: [k 1 from 0@5]",
            "answers-2 v epoch 8 version 1: [k 1 from 0@6]",
        ]);
    }

    [Fact]
    public void AllAskers_HearOfAChange_AscendingByPartition()
    {
        _task.Ask(V, 3, 7);
        _task.Ask(V, 0, 8);
        _task.Ask(V, 2, 9);
        _task.Ask(V, 1, 10);
        _task.Withdraw(V, 2);
        _task.Row(V, "k", 5, "1");

        _task.Sent.Skip(5).ShouldBe(
        [
            "answers-0 v epoch 8 version 0: [k 1 from 0@5]",
            "answers-1 v epoch 10 version 0: [k 1 from 0@5]",
            "answers-3 v epoch 7 version 0: [k 1 from 0@5]",
        ]);
    }

    [Fact]
    public void RecordInAPartitionThatIsNotItsOwn_StopsTheTask()
    {
        var foreign = Enumerable.Range(0, 100).Select(number => $"w{number}").First(value => RemoteTask.PartitionOf(value) != RemoteTask.PartitionOf(V));
        var own = RemoteTask.PartitionOf(foreign);
        string Refusal(Action action) => Should.Throw<InvalidRequestException>(action).Message;
        string Expected(string topic) =>
            $"item-deliveryClass-{topic}-{RemoteTask.PartitionOf(V)}@0: join value '{foreign}' belongs to partition {own} of 4. Only EntitySync may write internal topics, and they must keep their partition counts.";

        Refusal(() => _task.Ask(foreign, 1, 7)).ShouldBe(Expected("questions"));
        Refusal(() => _task.Row(foreign, "k", 1, "1")).ShouldBe(Expected("rows"));
        Refusal(() => _task.Restart()).ShouldBe(Expected("rows"));
        Refusal(() => _task.Ask(V, 4, 7)).ShouldBe(
            $"item-deliveryClass-questions-{RemoteTask.PartitionOf(V)}@1: partition 4 asks, but 'item-deliveryClass-answers' has 4 partitions; internal topics must keep their partition counts.");
        _task.Sent.ShouldBeEmpty();
    }

    private static RemoteTask New() => new(SubTopologyKind.Answer, RemoteTask.PartitionOf(V));
}

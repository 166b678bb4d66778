using EntitySync.Core.Joins;

namespace EntitySync.Tests.Joins.Shuffle;

/// <summary>Values with several rows, and several values.</summary>
public sealed class AnswerGroupTests : IDisposable
{
    private const string V = "v";

    private readonly RemoteTask _task = New();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void Group_IsSentWholeAscendingByTheBytesOfItsKeys()
    {
        _task.Row(V, "b", 1, "1");
        _task.Row(V, "é", 2, "2");
        _task.Row(V, "a", 3, "3");
        _task.Row(V, "aa", 4, "4");
        _task.Row(V, "", 5, "5");
        _task.Ask(V, 1, 7);
        _task.RowGone(V, "a");
        _task.Row(V, "Z", 6, "6");

        _task.Sent.ShouldBe(
        [
            "answers-1 v epoch 7 version 4: [ 5 from 0@5, a 3 from 0@3, aa 4 from 0@4, b 1 from 0@1, é 2 from 0@2]",
            "answers-1 v epoch 7 version 5: [ 5 from 0@5, aa 4 from 0@4, b 1 from 0@1, é 2 from 0@2]",
            "answers-1 v epoch 7 version 6: [ 5 from 0@5, Z 6 from 0@6, aa 4 from 0@4, b 1 from 0@1, é 2 from 0@2]",
        ]);
        _task.Task.Rows.ShouldBe(5);
    }

    [Fact]
    public void RowThatMoves_IsSentToBothValuesAskers()
    {
        var other = Others()[0];
        _task.Ask(V, 1, 7);
        _task.Ask(other, 2, 8);
        _task.Row(V, "k", 5, "1");
        _task.Row(other, "k", 6, "2");
        _task.RowGone(V, "k");

        _task.Sent.Skip(2).ShouldBe(
        [
            "answers-1 v epoch 7 version 0: [k 1 from 0@5]",
            $"answers-2 {other} epoch 8 version 1: [k 2 from 0@6]",
            "answers-1 v epoch 7 version 2: []",
        ]);
    }

    // "v" + "wk" and "vw" + "k" are the same bytes in a row; and a value that another begins with must not take its rows.
    [Fact]
    public void ValueThatBeginsAnother_HasItsOwnRowsAndAskers()
    {
        var longer = Others().First(value => value.StartsWith(V, StringComparison.Ordinal));
        _task.Row(V, longer[1..] + "k", 1, "1");
        _task.Row(longer, "k", 2, "2");
        _task.Ask(V, 1, 7);
        _task.Ask(longer, 1, 8);

        _task.Sent.ShouldBe([$"answers-1 v epoch 7 version 1: [{longer[1..]}k 1 from 0@1]", $"answers-1 {longer} epoch 8 version 1: [k 2 from 0@2]"]);
    }

    [Fact]
    public void GroupLargerThanAnAnswer_IsRefusedUntilItFitsAgain()
    {
        // 17 bytes of head, 1 of count, and 1 + 1 + 1 + 1 + 1 + 10 of each row.
        using var task = New(new JoinOptions { AnswerBytes = 48 });
        task.Row(V, "a", 1, "\"12345678\"");
        task.Row(V, "b", 2, "\"12345678\"");
        task.Ask(V, 1, 7);
        task.Row(V, "b", 3, "\"123456789\"");
        task.Row(V, "c", 4, "3");
        task.RowGone(V, "b");

        task.Sent.ShouldBe(
        [
            "answers-1 v epoch 7 version 1: [a \"12345678\" from 0@1, b \"12345678\" from 0@2]",
            "answers-1 v epoch 7 version 2: the 2 related rows of 'v' take 49 bytes, more than 48",
            "answers-1 v epoch 7 version 3: the 3 related rows of 'v' take 55 bytes, more than 48",
            "answers-1 v epoch 7 version 4: [a \"12345678\" from 0@1, c 3 from 0@4]",
        ]);
    }

    [Fact]
    public void StateIsGone_WhenRowsAndAskersAre()
    {
        for (var row = 0; row < 1000; row++) _task.Row(V, $"k{row}", row, "1");
        for (var partition = 0; partition < RemoteTask.Partitions; partition++) _task.Ask(V, partition, 7);
        for (var row = 0; row < 1000; row++) _task.RowGone(V, $"k{(row * 7) % 1000}");
        for (var partition = 0; partition < RemoteTask.Partitions; partition++) _task.Withdraw(V, partition);

        _task.Task.Rows.ShouldBe(0);
        _task.Task.StateBytes.ShouldBe(0);
    }

    [Fact]
    public void ChangesOfAGroup_AllocateNothing()
    {
        var silent = new CountingSink();
        using var task = silent.Create(SubTopologyKind.Answer);
        byte[] question = [1, 7, 0, 0, 0, 0, 0, 0, 0];
        silent.Process(task, 0, [(byte)'v', 0, 0, 0, 0], question);
        byte[][] rows = [[1, 0, 5, (byte)'1'], [1, 1, 5, (byte)'2']];
        void Change(int pass) => silent.Process(task, 1, [1, (byte)'v', (byte)('a' + (pass % 3))], rows[pass % 2]);
        for (var pass = 0; pass < 198; pass++) Change(pass);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pass = 0; pass < 1000; pass++) Change(pass);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        silent.Count.ShouldBe(1199);
    }

    private static RemoteTask New(JoinOptions? options = null) => new(SubTopologyKind.Answer, RemoteTask.PartitionOf(V), options: options);

    // They belong to the partition of V.
    private static List<string> Others() =>
        [.. Enumerable.Range(0, 100).Select(number => $"v{number}").Where(value => RemoteTask.PartitionOf(value) == RemoteTask.PartitionOf(V))];
}

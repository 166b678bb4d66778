using System.Text;
using EntitySync.Core.Joins;

namespace EntitySync.Tests.Joins.Shuffle;

public sealed class RekeyTaskTests : IDisposable
{
    private const int Partition = 1;

    private readonly RemoteTask _task = new(SubTopologyKind.Rekey, Partition);

    public void Dispose() => _task.Dispose();

    [Fact]
    public void RowThatMoves_IsThereBeforeItLeaves()
    {
        _task.Related("k", """{"name":"a"}""");
        _task.Related("k", """{"name":"b","v":1}""");
        _task.Related("k", """{"name":"b","v":2}""");
        _task.Related("k", """{"name":"a"}""");

        _task.Sent.ShouldBe(
        [
            Upsert("a", "k", """{"name":"a"}""", 0),
            Upsert("b", "k", """{"name":"b","v":1}""", 1), Gone("a", "k"),
            Upsert("b", "k", """{"name":"b","v":2}""", 2),
            Upsert("a", "k", """{"name":"a"}""", 3), Gone("b", "k"),
        ]);
        _task.Counts.RowsRekeyed.ShouldBe(6);
        _task.Task.Rows.ShouldBe(1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"other":[{"name":"b"}],"more":{"name":"b"}}""")]
    public void RowWithoutJoinValue_LeavesItsOldOneOnce(string? row)
    {
        _task.Related("k", row);
        _task.Related("k", """{"name":"a"}""");
        _task.Related("k", row);
        _task.Related("k", row);

        _task.Sent.ShouldBe([Upsert("a", "k", """{"name":"a"}""", 1), Gone("a", "k")]);
        _task.Task.Rows.ShouldBe(0);
    }

    [Fact]
    public void EmptyText_IsAValue()
    {
        _task.Related("k", """{"name":""}""");
        _task.Related("k", """{"name":null}""");

        _task.Sent.ShouldBe([Upsert("", "k", """{"name":""}""", 0), Gone("", "k")]);
    }

    [Theory]
    [InlineData("""{"name":"a\u00e9\"\ud83d\ude00"}""", "aé\"😀")]
    [InlineData("""{"na\u006de":"x"}""", "x")]
    [InlineData("""{"name":1.50}""", "1.50")]
    [InlineData("""{"name":-0e1}""", "-0e1")]
    [InlineData(""" {"other":{"name":[]}, "name" : "x" } """, "x")]
    public void JoinValue_IsUnescapedTextOrTheNumberAsItStands(string row, string value)
    {
        _task.Related("k", row);

        _task.Sent.ShouldBe([Upsert(value, "k", row, 0)]);
    }

    [Theory]
    [InlineData("", "related row is not JSON: line 1, byte 1")]
    [InlineData("""{"name":"b" """, "related row is not JSON: line 1, byte 13")]
    [InlineData("""{"name":"b"} {}""", "related row is not JSON: line 1, byte 14")]
    [InlineData("""["b"]""", "related row is an array, not an object")]
    [InlineData("\"b\"", "related row is a string, not an object")]
    [InlineData("""{"name":{"b":1}}""", "'name' is an object; a string or a number is expected")]
    [InlineData("""{"name":["b"]}""", "'name' is an array; a string or a number is expected")]
    [InlineData("""{"name":true}""", "'name' is a boolean; a string or a number is expected")]
    [InlineData("""{"name":"b","name":"b"}""", "property 'name' appears twice")]
    [InlineData("""{"name":null,"n\u0061me":"b"}""", "property 'name' appears twice")]
    [InlineData("""{"name":"b\udc00"}""", "related row has half a surrogate pair in its text")]
    [InlineData("""{"\ud800":1,"name":"x"}""", "related row has half a surrogate pair in its text")]
    public void BadRow_IsDeadLetteredAndTheRowBeforeStays(string row, string reason)
    {
        _task.Related("k", """{"name":"a"}""");
        _task.Related("k", row);
        _task.Related("k", """{"name":"c"}""");

        _task.Sent.ShouldBe([Upsert("a", "k", """{"name":"a"}""", 0), $"dead k {row}: {reason}", Upsert("c", "k", """{"name":"c"}""", 2), Gone("a", "k")]);
        _task.Counts.DeadLettered.ShouldBe(1);
    }

    [Fact]
    public void RowThatIsNotUtf8_IsDeadLettered()
    {
        _task.Process(SourceRole.Related, "k"u8.ToArray(), [.. """{"name":"""u8, (byte)'"', 0xFF, (byte)'"', (byte)'}']);

        _task.Sent.Single().ShouldEndWith(": related row is not UTF-8");
    }

    [Fact]
    public void RowWithoutKey_IsDeadLettered()
    {
        _task.Related(null, """{"name":"a"}""");
        _task.Related(null, null);

        _task.Sent.ShouldBe(["""dead null {"name":"a"}: related row has no key""", "dead null null: related row has no key"]);
    }

    [Fact]
    public void RowTooLargeForItsTopic_IsDeadLettered()
    {
        using var task = new RemoteTask(SubTopologyKind.Rekey, Partition, options: new JoinOptions { RelatedRowBytes = 30, AnswerBytes = 40 });
        var fits = """{"name":"a","text":"12345678"}""";
        var tooLarge = """{"name":"a","text":"123456789"}""";
        task.Related("k", fits);
        task.Related("k", tooLarge);
        task.Related("key-of-11-b", fits);

        task.Sent.ShouldBe(
        [
            Upsert("a", "k", fits, 0),
            $"dead k {tooLarge}: related row of 31 bytes is larger than 30",
            $"dead key-of-11-b {fits}: related row and key of 41 bytes are larger than 40",
        ]);
    }

    [Fact]
    public void JoinValueOfMoreThan2048Bytes_IsDeadLettered()
    {
        var longest = new string('x', 2048);
        _task.Related("k", $$"""{"name":"{{longest}}"}""");
        _task.Related("l", $$"""{"name":"{{longest}}y"}""");

        _task.Sent.Count.ShouldBe(2);
        _task.Sent[0].ShouldBe(Upsert(longest, "k", $$"""{"name":"{{longest}}"}""", 0));
        _task.Sent[1].ShouldEndWith(": 'name' has 2049 bytes; a join value has at most 2048");
    }

    [Theory]
    [InlineData("""{"b":{"c":"x"},"a":{"b":{"d":1,"c":"v"},"c":2},"c":3}""", "v")]
    [InlineData("""{"a":{"b":{"c":7}}}""", "7")]
    public void NestedColumn_IsFound(string row, string value)
    {
        using var task = new RemoteTask(SubTopologyKind.Rekey, Partition, "a.b.c");
        task.Related("k", row);

        task.Sent.ShouldBe([Upsert(value, "k", row, 0)]);
    }

    [Theory]
    [InlineData("""{"a":null}""", null)]
    [InlineData("""{"a":{}}""", null)]
    [InlineData("""{"a":{"b":{"c":null}}}""", null)]
    [InlineData("""{"a":{"b":3}}""", "'a.b' is a number; an object is expected")]
    [InlineData("""{"a":[{"b":3}]}""", "'a' is an array; an object is expected")]
    [InlineData("""{"a":{"b":{},"b":{}}}""", "property 'a.b' appears twice")]
    [InlineData("""{"a":null,"a":{}}""", "property 'a' appears twice")]
    public void NestedColumnThatIsNotThere_IsNoneOrAProblem(string row, string? problem)
    {
        using var task = new RemoteTask(SubTopologyKind.Rekey, Partition, "a.b.c");
        task.Related("k", row);

        task.Sent.ShouldBe(problem is null ? [] : [$"dead k {row}: {problem}"]);
    }

    [Fact]
    public void GoodRows_AllocateNothing()
    {
        var silent = new CountingSink();
        using var task = silent.Create(SubTopologyKind.Rekey);
        var rows = Enumerable.Range(0, 2).Select(row => Encoding.UTF8.GetBytes($$"""{"v":{{row}},"name":"a\u00e9{{row}}"}""")).ToArray();
        for (var pass = 0; pass < 200; pass++) silent.Process(task, 0, "k"u8, rows[pass % 2]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var pass = 0; pass < 1000; pass++) silent.Process(task, 0, "k"u8, rows[pass % 2]);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        silent.Count.ShouldBe(2399); // a row and the tombstone of the one before, but for the very first
    }

    private static string Upsert(string value, string key, string json, long offset) =>
        $"rows-{RemoteTask.PartitionOf(value)} {value}/{key} {json} from {Partition}@{offset}";

    private static string Gone(string value, string key) => $"rows-{RemoteTask.PartitionOf(value)} {value}/{key} gone";
}

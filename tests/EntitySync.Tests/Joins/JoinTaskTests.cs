using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>The whole item topology through the driver; every test compares the full list of outputs.</summary>
public sealed class JoinTaskTests : IDisposable
{
    private const string Message = """{"replayId":"r1","causes":[{"table":"delivery-classes","key":"X","version":7}]}""";

    private readonly TopologyDriver _driver = new(SampleDefinitions.Item());

    public void Dispose() => _driver.Dispose();

    [Fact]
    public void UpdatesReplaysTombstones_ComeOutInTheirOrder()
    {
        _driver.Root("A", """{"sku":"A","v":1}""");
        _driver.Root("A", """{"sku":"A","v":2}""");
        _driver.Replay("A", Message);
        _driver.Root("B", """{"sku":"B","v":1}""");
        _driver.Root("A", null);
        _driver.Replay("A", Message);
        _driver.Replay("C", Message);
        _driver.Replay("B", Message);
        _driver.Root("A", """{"sku":"A","v":3}""");
        _driver.Replay("A", Message);

        Outputs().ShouldBe(
        [
            """item-updates A {"sku":"A","v":1} root=items-0@0""",
            """item-updates A {"sku":"A","v":2} root=items-0@1""",
            $$"""item-updates A {"sku":"A","v":2} root=items-0@1 replay={{Message}}""",
            """item-updates B {"sku":"B","v":1} root=items-0@2""",
            "item-updates A null root=items-0@3",
            $$"""item-updates B {"sku":"B","v":1} root=items-0@2 replay={{Message}}""",
            """item-updates A {"sku":"A","v":3} root=items-0@4""",
            $$"""item-updates A {"sku":"A","v":3} root=items-0@4 replay={{Message}}""",
        ]);
        _driver.Counts.Processed.ShouldBe(10);
        _driver.Counts.Emitted.ShouldBe(8);
        _driver.Counts.Replayed.ShouldBe(3);
        _driver.Counts.UnknownIds.ShouldBe(2);
    }

    [Fact]
    public void Restart_RestoresStateAndEmitsNothing()
    {
        _driver.Root("A", """{"sku":"A","v":1}""");
        _driver.Root("B", """{"sku":"B"}""");
        _driver.Root("A", """{"sku":"A","v":2}""");
        _driver.Root("A", "poison");
        _driver.Root("B", null);
        var before = _driver.Outputs.Count;

        _driver.Restart();
        _driver.Outputs.Count.ShouldBe(before);
        _driver.Counts.Restored.ShouldBe(5);
        _driver.Tasks[0].Rows.ShouldBe(1);

        _driver.Replay("A", Message);
        _driver.Replay("B", Message);
        Outputs().Skip(before).ShouldBe([$$"""item-updates A {"sku":"A","v":2} root=items-0@2 replay={{Message}}"""]);
    }

    [Fact]
    public void PoisonBetweenGoodOnes_IsDeadLetteredWithItsBytesAndHeaders()
    {
        byte[] notUtf8 = [(byte)'{', 0xFF, (byte)'}'];
        _driver.Root("A", """{"sku":"A"}""");
        _driver.Pipe("items", "P"u8.ToArray(), notUtf8, null, RecordHeader.Text("origin", "supplier"));
        _driver.Root("B", """{"sku":"X"}""");
        _driver.Root(null, """{"sku":"N"}""");
        _driver.Root("C", """{"sku":"C"}""");

        Outputs().ShouldBe(
        [
            """item-updates A {"sku":"A"} root=items-0@0""",
            "item-dead-letters P 7BFF7D origin=supplier reason=not valid UTF-8 at byte 1 position=items-0@1 stage=join",
            """item-dead-letters B {"sku":"X"} reason=key differs: the record's is 'B', 'sku' says 'X' position=items-0@2 stage=join""",
            """item-dead-letters null {"sku":"N"} reason=record has no key position=items-0@3 stage=join""",
            """item-updates C {"sku":"C"} root=items-0@4""",
        ]);
        _driver.Counts.DeadLettered.ShouldBe(3);
    }

    [Fact]
    public void PoisonUpdate_LeavesTheLastGoodRow()
    {
        _driver.Root("A", """{"sku":"A","v":1}""");
        _driver.Root("A", """{"sku":"A","v":""");
        _driver.Replay("A", Message);

        Outputs()[^1].ShouldBe($$"""item-updates A {"sku":"A","v":1} root=items-0@0 replay={{Message}}""");
    }

    [Theory]
    [InlineData("A", null, "replay record has no value")]
    [InlineData("A", "{}", "value is not a replay message")]
    [InlineData("A", """{"replayId":"r1","causes":[null]}""", "value is not a replay message")]
    [InlineData("A", """{"replayId":"r1","causes":[{"table":"t"}]}""", "value is not a replay message")]
    [InlineData("A", "not json", "value is not a replay message")]
    [InlineData(null, Message, "replay record has no key")]
    public void BadReplay_IsDeadLettered(string? key, string? message, string reason)
    {
        _driver.Root("A", """{"sku":"A"}""");
        _driver.Replay("A", Message);
        _driver.Replay(key, message);
        _driver.Replay("A", Message);

        Outputs().ShouldBe(
        [
            """item-updates A {"sku":"A"} root=items-0@0""",
            $$"""item-updates A {"sku":"A"} root=items-0@0 replay={{Message}}""",
            $"item-dead-letters {key ?? "null"} {message ?? "null"} reason={reason} position=item-replay-0@1 stage=join",
            $$"""item-updates A {"sku":"A"} root=items-0@0 replay={{Message}}""",
        ]);
    }

    [Fact]
    public void ReplayMessage_IsPassedOnByteForByte()
    {
        const string spaced = """ { "causes" : null, "replayId" : "r\u0031", "extra" : [1.00] } """;
        _driver.Root("A", """{"sku":"A"}""");
        _driver.Replay("A", spaced);

        Outputs()[^1].ShouldBe($$"""item-updates A {"sku":"A"} root=items-0@0 replay={{spaced}}""");
    }

    [Fact]
    public void ReplayThatIsNotUtf8_IsDeadLettered()
    {
        _driver.Root("A", """{"sku":"A"}""");
        _driver.Pipe("item-replay", "A"u8.ToArray(), [.. """{"replayId":"""u8, (byte)'"', 0xFF, (byte)'"', (byte)'}']);

        _driver.Outputs[^1].Topic.ShouldBe("item-dead-letters");
    }

    [Fact]
    public void DocumentOfOneMebibyte_GoesThroughUntouched()
    {
        var document = $$"""{"sku":"A","text":"{{new string('é', 512 * 1024)}}"}""";
        _driver.Root("A", document);
        _driver.Replay("A", Message);

        Outputs().ShouldBe([$"item-updates A {document} root=items-0@0", $"item-updates A {document} root=items-0@0 replay={Message}"]);
    }

    [Fact]
    public void KeyInAnotherPartition_IsToldOnceAMinuteAndStillProcessed()
    {
        var clock = new TestClock();
        var log = new RecordingLogger();
        using var driver = new TopologyDriver(SampleDefinitions.Item(), partitions: 8, log, clock);

        for (var second = 0; second < 70; second++)
        {
            driver.Root("abc", """{"sku":"abc"}""", partition: 4);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        driver.Root("abc", """{"sku":"abc"}""");
        driver.Counts.MisplacedKeys.ShouldBe(70);
        driver.Outputs.Count.ShouldBe(71);
        log.Lines.ShouldBe(
        [
            "items-4@0: the key belongs to partition 3; its producer does not use murmur2, so replays may miss such keys (1 such since the last line)",
            "items-4@60: the key belongs to partition 3; its producer does not use murmur2, so replays may miss such keys (60 such since the last line)",
        ]);
    }

    [Fact]
    public void StreamRoot_PassesRecordsOnWithAndWithoutKey()
    {
        var item = SampleDefinitions.Item();
        using var driver = new TopologyDriver(item with { Root = item.Root with { Kind = RootKind.Stream } });
        driver.Root("A", """{"sku":"A"}""");
        driver.Root(null, """{"sku":"B"}""");
        driver.Root("C", null);

        driver.Outputs.Select(Text).ShouldBe(
        [
            """item-updates A {"sku":"A"} root=items-0@0""",
            """item-updates null {"sku":"B"} root=items-0@1""",
            "item-dead-letters C null reason=record of a stream has no value position=items-0@2 stage=join",
        ]);
        driver.Tasks[0].Rows.ShouldBe(0);
    }

    private List<string> Outputs() => [.. _driver.Outputs.Select(Text)];

    private static string Text(OutgoingRecord record) => string.Join(' ',
    [
        record.Topic, Text(record.Key), Text(record.Value),
        .. record.Headers.Select(header => $"{Short(header.Name)}={Text(header.Value)}"),
    ]);

    private static string Short(string header) => header switch
    {
        HeaderNames.RootPosition => "root",
        HeaderNames.Replay => "replay",
        HeaderNames.DeadLetterReason => "reason",
        HeaderNames.DeadLetterPosition => "position",
        HeaderNames.DeadLetterStage => "stage",
        _ => header,
    };

    private static string Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is not { } some ? "null" : System.Text.Unicode.Utf8.IsValid(some.Span) ? Encoding.UTF8.GetString(some.Span) : Convert.ToHexString(some.Span);
}

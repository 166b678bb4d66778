using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>A stream root gives the same with broadcast and with shuffle, bad input included; every test compares the full list of outputs.</summary>
public sealed class StreamStrategyTests
{
    private const string Classes = "delivery-classes";

    public static TheoryData<Strategy> Strategies => [Strategy.Broadcast, Strategy.Shuffle];

    [Theory]
    [InlineData(1, MissingAction.Omit)]
    [InlineData(2, MissingAction.Reject)]
    [InlineData(3, MissingAction.Drop)]
    [InlineData(4, MissingAction.Set)]
    public void RandomHistories_GiveTheSameWithRestartsAtAnyStep(int seed, MissingAction missing)
    {
        var options = new JoinOptions { RecentValues = 3, WaitingEvents = 2 };
        using var broadcast = new TopologyDriver(Purchase(Strategy.Broadcast, missing), partitions: 3);
        using var shuffle = new TopologyDriver(Purchase(Strategy.Shuffle, missing), partitions: 3, options: options);
        var random = new Random(seed);
        for (var step = 0; step < 300; step++)
        {
            var name = $"c{random.Next(8)}";
            var (topic, key, value) = random.Next(4) == 0
                ? (Classes, name, random.Next(4) == 0 ? null : $$"""{"name":"{{name}}","minimumTime":{{random.Next(9)}}}""")
                : ("items", random.Next(5) == 0 ? null : $"k{random.Next(20)}", RandomEvent(random));
            foreach (var driver in new[] { broadcast, shuffle }) driver.Pipe(topic, key, value, key is null ? step % 3 : null);
            if (random.Next(10) == 0) shuffle.Restart();
        }

        broadcast.Outputs.Count.ShouldBeGreaterThan(50);
        shuffle.Outputs.Select(Text).ShouldBe(broadcast.Outputs.Select(Text), $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void BadEvent_IsDeadLetteredWithAllThatCameWithIt(Strategy strategy)
    {
        using var driver = new TopologyDriver(Purchase(strategy, MissingAction.Reject));
        var trace = new RecordHeader("trace", new byte[] { 1, 2 });
        driver.Pipe("items", "k"u8.ToArray(), "{\"deliveryClasses\":[\"x\"]}"u8.ToArray(), 0, trace);
        driver.Pipe("items", null, "{"u8.ToArray(), 0, trace);
        driver.Pipe("items", "k"u8.ToArray(), null, 0, trace);

        driver.Outputs.Select(output => (Text(output), output.Headers.Any(header => header.Name == "trace" && header.Value.Span.SequenceEqual(trace.Value.Span)))).ShouldBe(
        [
            ("""dead k {"deliveryClasses":["x"]} items-0@0: relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'x'""", true),
            ("dead null { items-0@1: " + Reason(driver.Outputs[1]), true),
            ("dead k null items-0@2: record of a stream has no value", true),
        ]);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, " the event has 921601 bytes with key and headers, more than the 921600 that can be kept while it waits for related rows; with strategy broadcast it would not wait")]
    public void EventTooLargeToWait_IsDeadLetteredAndTheRestGoesOn(int beyond, string reason)
    {
        using var driver = new TopologyDriver(Purchase(Strategy.Shuffle, MissingAction.Omit));
        var header = new RecordHeader("h", new byte[1000]);
        var head = 1 + 1 + 2 + 1 + 2 + 2 + 1000; // format, has key, key, count, name, value
        var document = """{"deliveryClasses":["x"],"text":""" + "\"" + new string('t', (900 * 1024) - head - 35 + beyond) + "\"}";
        driver.Pipe("items", "A"u8.ToArray(), Encoding.UTF8.GetBytes(document), 0, header);
        driver.Pipe("items", "B", """{"deliveryClasses":[]}""", 0);

        driver.Outputs.Select(output => Reason(output)).ShouldBe([reason.TrimStart(), ""]);
        driver.Outputs.Select(output => output.Value!.Value.Length).ShouldBe([document.Length, 22]);
    }

    [Fact]
    public void RefusedAnswer_RejectsItsEventsOnly()
    {
        using var driver = new TopologyDriver(Purchase(Strategy.Shuffle, MissingAction.Omit), options: new JoinOptions { AnswerBytes = 60 });
        driver.Root("A", """{"deliveryClasses":["x"]}""");
        for (var row = 0; row < 3; row++) driver.Pipe(Classes, $"k{row}", """{"name":"x","minimumTime":1}""");
        driver.Root("B", """{"deliveryClasses":["x"]}""");
        driver.Root("C", """{"deliveryClasses":["y"]}""");

        driver.Outputs.Select(Text).ShouldBe(
        [
            """A {"deliveryClasses":["x"]} items-0@0""",
            """dead B {"deliveryClasses":["x"]} items-0@1: relation 'deliveryClass': row 'x' of 'delivery-classes' cannot be used: the 3 related rows of 'x' take 120 bytes, more than 60""",
            """C {"deliveryClasses":["y"]} items-0@2""",
        ]);
    }

    [Fact]
    public void StrategiesSideBySide_AreJoinedWithTheRowsOfTheMoment()
    {
        var purchase = Purchase(Strategy.Shuffle, MissingAction.Omit);
        var label = purchase.Relations[0] with
        {
            Name = "label", From = "labels", Match = KeyDefinition.Of(SampleDefinitions.Path("label")), Pick = null, Strategy = Strategy.Broadcast,
            Set = [new FieldMapping("text", SampleDefinitions.Path("text"))],
        };
        using var driver = new TopologyDriver(purchase with { Relations = [purchase.Relations[0], label] });
        driver.Pipe("labels", "l", """{"name":"l","text":"old"}""");
        driver.Pipe(Classes, "x", """{"name":"x","minimumTime":1}""");
        driver.Root("A", """{"label":"l","deliveryClasses":["x"]}""");
        driver.Pipe("labels", "l", """{"name":"l","text":"new"}""");
        driver.Root("B", """{"label":"l","deliveryClasses":["x"]}""");
        driver.Root("C", """{"label":"n"}""");

        driver.Outputs.Select(Text).ShouldBe(
        [
            """A {"label":"l","deliveryClasses":["x"],"minimumDeliveryTime":1,"text":"old"} items-0@0""",
            """B {"label":"l","deliveryClasses":["x"],"minimumDeliveryTime":1,"text":"new"} items-0@1""",
            """C {"label":"n"} items-0@2""",
        ]);
    }

    [Fact]
    public void ChangedDefinition_JudgesTheEventsThatStillWait()
    {
        var purchase = Purchase(Strategy.Shuffle, MissingAction.Omit);
        using var rig = new RootRig(purchase);
        rig.Root("A", """{"deliveryClasses":["x"]}""");
        rig.Root("B", """{"deliveryClasses":[],"deliveryClass":"x"}""");
        rig.Commit();
        rig.Taken().ShouldBe(["x? epoch 0"]);

        var changed = purchase.Relations[0] with { Match = KeyDefinition.Of(SampleDefinitions.Path("deliveryClasses")) };
        using var other = new RootRig(purchase with { Relations = [changed] }, logs: [rig.LogOf("items"), [], rig.LogOf("item-progress")]);
        other.FanoutAll();
        other.Taken().Select(output => output.Split(':')[0]).ShouldBe(["dead A", "dead B"]);
        other.Commit();
        other.LogOf("item-progress").TakeLast(3).Select(note => (note.Key!.Value.Length, note.Value is null)).ShouldBe([(9, true), (9, true), (1, false)]);
    }

    private static EntityDefinition Purchase(Strategy strategy, MissingAction missing)
    {
        var rule = missing == MissingAction.Set ? SampleDefinitions.MissingSet(("minimumDeliveryTime", "\"REF INCONNUE\"")) : new MissingRule(missing, []);
        var item = SampleDefinitions.Item(rule, strategy);
        return item with { Root = new RootDefinition("items", KeyDefinition.None, RootKind.Stream), Relations = [item.Relations[0] with { Set = [item.Relations[0].Set[0]] }] };
    }

    private static string RandomEvent(Random random)
    {
        if (random.Next(20) == 0) return """{"deliveryClasses":7}""";
        var classes = Enumerable.Range(0, random.Next(4)).Select(_ => $"\"c{random.Next(8)}\"");
        return $$"""{"deliveryClasses":[{{string.Join(",", classes)}}],"n":{{random.Next(1000)}}}""";
    }

    private static string Reason(OutgoingRecord record) => Header(record, HeaderNames.DeadLetterReason);

    private static string Text(OutgoingRecord record)
    {
        var document = $"{Utf8(record.Key)} {Utf8(record.Value)}";
        return Reason(record) is { Length: > 0 } reason
            ? $"dead {document} {Header(record, HeaderNames.DeadLetterPosition)}: {reason}"
            : $"{document} {Header(record, HeaderNames.RootPosition)}";
    }

    private static string Header(OutgoingRecord record, string name) => Encoding.UTF8.GetString(record.Headers.FirstOrDefault(header => header.Name == name).Value.Span);

    private static string Utf8(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.UTF8.GetString(some.Span) : "null";
}

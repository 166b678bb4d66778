using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins.Debezium;

/// <summary>Related topics of change events, through the driver: items with the delivery classes of a database table keyed by id and joined by name.</summary>
public sealed class DebeziumRelationTests
{
    private const string Topic = "delivery-classes";

    public static TheoryData<Strategy, string, bool> Grid
    {
        get
        {
            var grid = new TheoryData<Strategy, string, bool>();
            foreach (var strategy in Strategies) foreach (var (connector, hasSchema) in ChangeEvents.Writers.Select(row => row.Data)) grid.Add(strategy, connector, hasSchema);
            return grid;
        }
    }

    public static TheoryData<Strategy> EachStrategy => [.. Strategies];

    private static Strategy[] Strategies => [Strategy.Broadcast, Strategy.Shuffle];

    [Theory]
    [MemberData(nameof(Grid))]
    public void RowThatComesMovesAndGoes_IsFollowed(Strategy strategy, string connector, bool hasSchema)
    {
        var events = new ChangeEvents(connector, hasSchema);
        using var driver = Driver(strategy);
        driver.Root("A", """{"sku":"A","deliveryClasses":["fast"]}""");
        driver.Root("B", """{"sku":"B","deliveryClasses":["slow"]}""");
        Send(1, events.Snapshot("""{"id":1,"name":"fast","minimumTime":1}"""));
        Send(1, events.Update("""{"id":1,"name":"fast","minimumTime":2}""", """{"id":1,"name":"fast","minimumTime":1}"""));
        Send(1, events.Update("""{"id":1,"name":"slow","minimumTime":2}"""));
        Send(1, events.Delete("""{"id":1,"name":"slow","minimumTime":2}"""));
        Send(1, null);
        Send(1, events.Insert("""{"id":1,"name":"fast","minimumTime":5}"""));

        // Another primary key: the connector writes a delete of the old and an insert of the new one.
        Send(1, events.Delete("""{"id":1,"name":"fast","minimumTime":5}"""));
        Send(1, null);
        Send(9, events.Insert("""{"id":9,"name":"fast","minimumTime":6}"""));

        // In the strategies' own order: shuffle has a row at the new value before it leaves the old one.
        Outputs(driver).Where(output => output[0] == 'A').ShouldBe(["A null", "A 1", "A 2", "A null", "A 5", "A null", "A 6"]);
        Outputs(driver).Where(output => output[0] == 'B').ShouldBe(["B null", "B 2", "B null"]);
        DeadLetters(driver).ShouldBeEmpty();

        void Send(int id, string? value) => driver.Pipe(Topic, events.Key($$"""{"id":{{id}}}"""), value);
    }

    [Theory]
    [MemberData(nameof(EachStrategy))]
    public void TruncateInATopicOfOnePartition_EmptiesTheTable(Strategy strategy)
    {
        var events = new ChangeEvents("postgresql", HasSchema: false);
        using var driver = Driver(strategy);
        driver.Root("A", """{"sku":"A","deliveryClasses":["fast"]}""");
        driver.Root("B", """{"sku":"B","deliveryClasses":["slow"]}""");
        driver.Pipe(Topic, """{"id":1}""", events.Insert("""{"id":1,"name":"fast","minimumTime":1}"""));
        driver.Pipe(Topic, """{"id":2}""", events.Insert("""{"id":2,"name":"slow","minimumTime":9}"""));
        driver.Pipe(Topic, null, events.Truncate());
        Outputs(driver).Order(StringComparer.Ordinal).ShouldBe(["A 1", "A null", "A null", "B 9", "B null", "B null"]);
        driver.Restart();
        driver.AllTasks.Where(task => task.Part.Kind == SubTopologyKind.Rekey).Sum(task => task.Rows).ShouldBe(0);
        driver.Pipe(Topic, """{"id":2}""", events.Insert("""{"id":2,"name":"slow","minimumTime":8}"""));
        driver.Replay("A", """{"replayId":"r","causes":[]}""");

        Outputs(driver).Where(output => output[0] == 'A').ShouldBe(["A null", "A 1", "A null", "A null"]);
        Outputs(driver).Where(output => output[0] == 'B').ShouldBe(["B null", "B 9", "B null", "B 8"]);
        DeadLetters(driver).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(EachStrategy))]
    public void TruncateInATopicOfSeveralPartitions_IsDeadLettered(Strategy strategy)
    {
        var events = new ChangeEvents("postgresql", HasSchema: true);
        using var driver = Driver(strategy, partitions: 3);
        driver.Root("A", """{"sku":"A","deliveryClasses":["fast"]}""");
        driver.Pipe(Topic, """{"id":1}""", events.Insert("""{"id":1,"name":"fast","minimumTime":1}"""));
        driver.Pipe(Topic, null, events.Truncate(), partition: 2);
        driver.Restart();

        Outputs(driver).ShouldBe(["A null", "A 1"]);
        DeadLetters(driver).ShouldBe([$"""
            delivery-classes-2@0 the table was truncated: such an event has no key and stands in one of the topic's 3 partitions, in no order with the rows of the others; let the connector skip it and delete the rows, or use a topic of one partition: {events.Truncate()}
            """]);
    }

    [Theory]
    [MemberData(nameof(EachStrategy))]
    public void MessagesThatAreNoChange_ArePassedOverAndCounted(Strategy strategy)
    {
        var events = new ChangeEvents("mysql", HasSchema: true);
        using var driver = Driver(strategy);
        driver.Root("A", """{"sku":"A","deliveryClasses":["fast"]}""");
        driver.Pipe(Topic, """{"serverName":"shop"}""", events.Heartbeat());
        driver.Pipe(Topic, """{"id":"571"}""", """{"status":"BEGIN","id":"571","event_count":null,"data_collections":null}""");
        driver.Pipe(Topic, """{"databaseName":"shop"}""", """{"source":{},"databaseName":"shop","ddl":"DROP TABLE x"}""");

        Outputs(driver).ShouldBe(["A null"]);
        DeadLetters(driver).ShouldBeEmpty();
        driver.Counts.PassedOver.ShouldBe(3);
    }

    [Theory]
    [MemberData(nameof(EachStrategy))]
    public void RecordThatCannotBeRead_IsDeadLetteredAsItCame_AndTheRowBeforeStays(Strategy strategy)
    {
        using var driver = Driver(strategy);
        driver.Root("A", """{"sku":"A","deliveryClasses":["fast"]}""");
        driver.Pipe(Topic, """{"id":1}""", """{"op":"c","after":{"id":1,"name":"fast","minimumTime":1}}""");
        driver.Pipe(Topic, """{"id":1}""", """{"op":"x","after":{}}""");
        driver.Pipe(Topic, "1 2", """{"op":"d","before":null}""");
        driver.Pipe(Topic, null, """{"op":"c","after":{"id":3,"name":"fast","minimumTime":0}}""");
        driver.Pipe(Topic, """{"id":1}""", """{"op":"u","after":{"id":1,"name":[]}}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["fast"],"v":2}""");

        Outputs(driver).ShouldBe(["A null", "A 1", "A 1"]);
        DeadLetters(driver).Take(3).ShouldBe(
        [
            """delivery-classes-0@1 the change event has an 'op' other than c, u, d, r, t and m: {"op":"x","after":{}}""",
            """delivery-classes-0@2 the key of the change event is not JSON: '1 2': {"op":"d","before":null}""",
            """delivery-classes-0@3 the change event has no key: its table needs a primary key, or the connector message.key.columns: {"op":"c","after":{"id":3,"name":"fast","minimumTime":0}}""",
        ]);
        DeadLetters(driver).Count.ShouldBe(4);
        DeadLetters(driver)[3].ShouldEndWith(""": {"op":"u","after":{"id":1,"name":[]}}""");
    }

    private static TopologyDriver Driver(Strategy strategy, int partitions = 1)
    {
        var item = SampleDefinitions.Item(strategy: strategy);
        return new TopologyDriver(item with { Relations = [item.Relations[0] with { Format = DocumentFormat.Debezium, Source = RelationSource.Topic }] }, partitions);
    }

    private static List<string> Outputs(TopologyDriver driver) => [.. driver.Outputs.Where(output => output.Topic == "items-merged").Select(output =>
        $"{Text(output.Key)} {JsonNode.Parse(output.Value!.Value.Span)!["minimumDeliveryTime"]?.ToJsonString() ?? "null"}")];

    private static List<string> DeadLetters(TopologyDriver driver) => [.. driver.Outputs.Where(output => output.Topic == "item-dead-letters").Select(output =>
        $"{Header(output, HeaderNames.DeadLetterPosition)} {Header(output, HeaderNames.DeadLetterReason)}: {Text(output.Value)}")];

    private static string Header(OutgoingRecord record, string name) => Text(record.Headers.Single(header => header.Name == name).Value);

    private static string Text(ReadOnlyMemory<byte>? bytes) => bytes is { } text ? Encoding.UTF8.GetString(text.Span) : "none";
}

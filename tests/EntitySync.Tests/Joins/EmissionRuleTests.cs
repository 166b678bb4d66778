using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Core.State;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary>When an entity is emitted, dropped or rejected; every test compares the full list of outputs.</summary>
public sealed class EmissionRuleTests
{
    public static TheoryData<Strategy> Strategies => [Strategy.Broadcast, Strategy.Shuffle];

    [Theory]
    [MemberData(nameof(Strategies))]
    public void MissingReject_IsDeadLetteredOncePerUpdateNotPerVisit(Strategy strategy)
    {
        using var driver = new TopologyDriver(Item(strategy, MissingAction.Reject));
        driver.Root("A", """{"sku":"A","deliveryClasses":["x","y"]}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x"}""");
        driver.Pipe("delivery-classes", "y", """{"name":"y"}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x","y"]}""");
        driver.Pipe("delivery-classes", "y", """{"name":"y","minimumTime":1,"maximumTime":2}""");
        driver.Pipe("delivery-classes", "y", null);
        driver.Pipe("delivery-classes", "x", null);

        const string reason = "relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'x', 'y'";
        Outputs(driver).ShouldBe([$"dead A: {reason}", $"dead A: {reason}", "A 1 2", $"dead A: {reason}"]);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void MissingDrop_EmitsNothingWhileNoRowIsThere(Strategy strategy)
    {
        using var driver = new TopologyDriver(Item(strategy, MissingAction.Drop));
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":1,"maximumTime":2}""");
        driver.Pipe("delivery-classes", "x", null);
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":1,"maximumTime":2}""");
        driver.Root("A", null);

        Outputs(driver).ShouldBe(["A 1 2", "A 1 2", "A tombstone"]);
        driver.Counts.Dropped.ShouldBe(2);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void MissingOmit_RemovesTheRootsOwnFields(Strategy strategy)
    {
        using var driver = new TopologyDriver(Item(strategy, MissingAction.Omit));
        driver.Root("A", """{"minimumDeliveryTime":7,"sku":"A","deliveryClasses":["x"],"maximumDeliveryTime":8}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":1,"maximumTime":2}""");
        driver.Pipe("delivery-classes", "x", null);

        driver.Outputs.Select(output => Encoding.UTF8.GetString(output.Value!.Value.Span)).ShouldBe(
        [
            """{"sku":"A","deliveryClasses":["x"]}""",
            """{"minimumDeliveryTime":1,"sku":"A","deliveryClasses":["x"],"maximumDeliveryTime":2}""",
            """{"sku":"A","deliveryClasses":["x"]}""",
        ]);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void OnChange_SuppressesEqualUpdatesAndNoDeadLetter(Strategy strategy)
    {
        using var driver = new TopologyDriver(Item(strategy, MissingAction.Reject) with { Emit = new EmitDefinition(EmitWhen.OnChange) });
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":1,"maximumTime":2}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["y"],"v":1}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["y"],"v":2}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Replay("A", """{"replayId":"r"}""");

        const string dead = "dead A: relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'y'";
        Outputs(driver).ShouldBe(["A 1 2", dead, dead, "A 1 2", "A 1 2"]);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void OnChange_ComparesWithTheLastOutcome_WhateverLedToIt(Strategy strategy)
    {
        using var driver = new TopologyDriver(Item(strategy, MissingAction.Drop) with { Emit = new EmitDefinition(EmitWhen.OnChange) });
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":1,"maximumTime":2}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":2,"maximumTime":2}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}"""); // as the visit left it
        driver.Replay("A", """{"replayId":"r"}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["n"]}"""); // dropped
        driver.Root("A", """{"sku":"A","deliveryClasses":["n"]}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Root("A", null);
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");

        Outputs(driver).ShouldBe(["A 1 2", "A 2 2", "A 2 2", "A 2 2", "A tombstone", "A 2 2"]);
        (driver.Counts.Dropped, driver.Counts.Suppressed).ShouldBe((1, 4));
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public void SuppressionOff_EmitsEqualOutputsOfVisits(Strategy strategy)
    {
        var item = Item(strategy, MissingAction.Omit);
        item = item with { Relations = [item.Relations[0] with { Set = [item.Relations[0].Set[1]] }] };
        using var driver = new TopologyDriver(item, options: new JoinOptions { SuppressEqualOutput = false });
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":1,"maximumTime":2}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":0,"maximumTime":2}""");

        Outputs(driver).ShouldBe(["A null 2", "A null 2"]);
    }

    [Fact]
    public void RefusedAnswer_IsDeadLetteredOnceHoweverItsRowsChange()
    {
        using var driver = new TopologyDriver(Item(Strategy.Shuffle, MissingAction.Omit), options: new JoinOptions { AnswerBytes = 200 });
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        for (var row = 0; row < 5; row++) driver.Pipe("delivery-classes", $"k{row}", $$"""{"name":"x","minimumTime":{{row}},"maximumTime":2}""");
        for (var row = 0; row < 5; row++) driver.Pipe("delivery-classes", $"k{row}", null);

        Outputs(driver).Select(output => output.Split(':')[0]).ShouldBe(["A null null", "A 0 2", "dead A", "A 2 2", "A 3 2", "A 4 2", "A null null"]);
    }

    [Fact]
    public void StreamRoot_JoinsWithTheRowsOfTheMoment()
    {
        var item = Item(Strategy.Broadcast, MissingAction.Reject);
        using var driver = new TopologyDriver(item with { Root = item.Root with { Kind = RootKind.Stream } });
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":1,"maximumTime":2}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["n","\u0078"]}""");
        driver.Pipe("delivery-classes", "x", """{"name":"x","minimumTime":3,"maximumTime":4}""");
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        driver.Restart();
        driver.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");

        Outputs(driver).ShouldBe(["dead A: relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'x'", "A 1 2", "A 3 4", "A 3 4"]);
    }

    private static EntityDefinition Item(Strategy strategy, MissingAction missing) =>
        SampleDefinitions.Item(new MissingRule(missing, []), strategy);

    private static List<string> Outputs(TopologyDriver driver) => [.. driver.Outputs.Select(Text)];

    private static string Text(OutgoingRecord record)
    {
        var key = Encoding.UTF8.GetString(record.Key!.Value.Span);
        if (record.Headers.FirstOrDefault(header => header.Name == HeaderNames.DeadLetterReason) is { Name: not null } reason) return $"dead {key}: {Encoding.UTF8.GetString(reason.Value.Span)}";
        if (record.Value is not { } value) return $"{key} tombstone";
        var document = System.Text.Json.Nodes.JsonNode.Parse(value.Span)!;
        return $"{key} {document["minimumDeliveryTime"]?.ToJsonString() ?? "null"} {document["maximumDeliveryTime"]?.ToJsonString() ?? "null"}";
    }
}

using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.Core.Joins.InProcess;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

/// <summary><c>emit.once</c>: each entity a single time until its root's tombstone. Every test is run with a restart after each step as well.</summary>
public sealed class EmitOnceTests
{
    private const string Message = """{"replayId":"r"}""";

    public static TheoryData<Strategy, bool> Runs => new()
    {
        { Strategy.Broadcast, false },
        { Strategy.Broadcast, true },
        { Strategy.Shuffle, false },
        { Strategy.Shuffle, true },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public void EmittedEntity_IsFollowedByNothingUntilItsTombstone(Strategy strategy, bool restarts)
    {
        using var driver = new Steps(Item(strategy, MissingAction.Omit), restarts);
        driver.Class("x", 1);
        driver.Root("A", ["x"]);
        driver.Root("A", ["x"], "v2");
        driver.Class("x", 2);
        driver.Replay("A");
        driver.Root("A", ["y"]);
        driver.Class("y", 7);
        driver.Class("y", null);
        driver.Delete("A");
        driver.Replay("A");
        driver.Root("A", ["x"]);
        driver.Root("A", ["x"], "v2");
        driver.Class("x", 3);

        driver.Outputs.ShouldBe(["""A {"sku":"A","deliveryClasses":["x"],"v":"","minimumDeliveryTime":1}""", "A null", """A {"sku":"A","deliveryClasses":["x"],"v":"","minimumDeliveryTime":2}"""]);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void DroppedEntity_IsEmittedWhenItsRowComes_AndNotAgain(Strategy strategy, bool restarts)
    {
        using var driver = new Steps(Item(strategy, MissingAction.Drop), restarts);
        driver.Root("A", ["x"]);
        driver.Replay("A");
        driver.Root("A", ["x"], "v2");
        driver.Class("x", 1);
        driver.Class("x", null);
        driver.Class("x", 1);
        driver.Root("A", ["x"], "v3");

        driver.Outputs.ShouldBe(["""A {"sku":"A","deliveryClasses":["x"],"v":"v2","minimumDeliveryTime":1}"""]);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void RejectedEntity_IsNotEmitted_AndAnEmittedOneIsNotRejected(Strategy strategy, bool restarts)
    {
        using var driver = new Steps(Item(strategy, MissingAction.Reject), restarts);
        driver.Root("A", ["x"]);
        driver.Root("A", ["x"], "v2");
        driver.Class("x", 1);
        driver.Class("x", null);
        driver.Root("A", ["x"], "v3");

        const string reason = "dead A: relation 'deliveryClass' finds no usable row in 'delivery-classes' for 'x'";
        driver.Outputs.ShouldBe([reason, reason, """A {"sku":"A","deliveryClasses":["x"],"v":"v2","minimumDeliveryTime":1}"""]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReplaysThatWaitWithTheFirstUpdate_LeadToOneEmission(bool restarts)
    {
        using var rig = new RootRig(Item(Strategy.Shuffle, MissingAction.Omit));
        rig.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        rig.Replay("A", Message);
        rig.Replay("A", """{"replayId":"s"}""");
        rig.Commit();
        if (restarts) rig.Restart();
        rig.Answer("item-deliveryClass-answers", "x", 0, 7, """{"name":"x","minimumTime":1}""");
        rig.FanoutAll();
        rig.Replay("A", Message);

        rig.Taken().Where(output => !output.EndsWith("epoch 0", StringComparison.Ordinal)).ShouldBe(
            ["""A {"sku":"A","deliveryClasses":["x"],"minimumDeliveryTime":1} @0""" + (restarts ? " " + Message : "")]); // after a restart the first replay speaks for the update
        rig.Counts.Suppressed.ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReplayThatFindsAnotherWaiting_LeadsToNoSecondEmission(bool restarts)
    {
        using var rig = new RootRig(Item(Strategy.Shuffle, MissingAction.Omit));
        rig.Root("A", """{"sku":"A","deliveryClasses":["x"]}""");
        rig.Replay("A", Message);
        rig.Answer("item-deliveryClass-answers", "x", 0, 7, """{"name":"x","minimumTime":1}""");
        rig.Commit();
        if (restarts) rig.Restart();
        rig.Replay("A", """{"replayId":"s"}""");
        rig.FanoutAll();

        rig.Taken().ShouldBe(["x? epoch 0", """A {"sku":"A","deliveryClasses":["x"],"minimumDeliveryTime":1} @0 """ + Message]);
    }

    [Fact]
    public void EntityWithoutRelations_IsEmittedOnce()
    {
        using var driver = new TopologyDriver(Item(Strategy.Broadcast, MissingAction.Omit) with { Relations = [] });
        driver.Root("A", """{"sku":"A","v":1}""");
        driver.Restart();
        driver.Root("A", """{"sku":"A","v":2}""");

        driver.Outputs.Select(Steps.Text).ShouldBe(["""A {"sku":"A","v":1}"""]);
    }

    [Fact]
    public void WhatWasNotCommitted_IsEmittedAgain()
    {
        using var rig = new RootRig(Item(Strategy.Broadcast, MissingAction.Omit));
        rig.Root("A", """{"sku":"A"}""");
        rig.LogOf("items").Clear(); // the position was not committed: the record comes again
        rig.Restart();
        rig.Root("A", """{"sku":"A"}""");
        rig.Commit();
        rig.Restart();
        rig.Root("A", """{"sku":"A","v":2}""");

        rig.Taken().ShouldBe(["""A {"sku":"A"} @0""", """A {"sku":"A"} @0"""]);
    }

    [Fact]
    public void TombstoneAfterOnceWasTakenOut_LetsTheNextEntityThroughWhenItIsBack()
    {
        var once = Item(Strategy.Broadcast, MissingAction.Omit);
        using var driver = new TopologyDriver(once);
        driver.Root("A", """{"sku":"A","v":1}""");
        driver.Root("B", """{"sku":"B","v":1}""");
        driver.Restart(once with { Emit = new EmitDefinition(EmitWhen.OnChange) });
        driver.Root("A", null);
        driver.Root("B", """{"sku":"B","v":2}""");
        driver.Restart(once);
        driver.Root("A", """{"sku":"A","v":3}""");
        driver.Root("A", """{"sku":"A","v":4}""");
        driver.Root("B", """{"sku":"B","v":3}""");

        driver.Outputs.Select(Steps.Text).ShouldBe(
            ["""A {"sku":"A","v":1}""", """B {"sku":"B","v":1}""", "A null", """B {"sku":"B","v":2}""", """A {"sku":"A","v":3}"""]);
    }

    [Fact]
    public void EntityThatComesAndGoesWithinACommit_LeavesNoNoteBehind()
    {
        using var rig = new RootRig(Item(Strategy.Broadcast, MissingAction.Omit));
        rig.Commit();
        rig.NoteBytes.Clear();
        for (var i = 0; i < 3; i++)
        {
            rig.Root("A", """{"sku":"A"}""");
            rig.Root("A", """{"sku":"A","v":2}""");
            rig.Root("A", null);
        }

        rig.Commit();
        rig.NoteBytes.ShouldBe([2]); // a removal, once
        rig.Task.HasUnsavedProgress.ShouldBeFalse();
        rig.Restart();
        rig.Root("A", """{"sku":"A"}""");
        rig.Commit();
        rig.NoteBytes.ShouldBe([2, 3]);
        rig.Taken().Length.ShouldBe(7);
    }

    [Fact]
    public void StreamRoot_IsRefused()
    {
        var item = Item(Strategy.Broadcast, MissingAction.Omit);

        Should.Throw<InvalidRequestException>(() => JoinTopology.BuildTopology(item with { Root = item.Root with { Kind = RootKind.Stream } })).Message
            .ShouldBe("Entity 'item': emit.once goes with root.kind table: the records of a stream are events, each of which is emitted once.");
    }

    private static EntityDefinition Item(Strategy strategy, MissingAction missing)
    {
        var item = SampleDefinitions.Item(new MissingRule(missing, []), strategy);
        return item with { Emit = new EmitDefinition(EmitWhen.OnChange, Once: true), Relations = [item.Relations[0] with { Set = [item.Relations[0].Set[0]] }] };
    }

    private sealed class Steps(EntityDefinition definition, bool restarts) : IDisposable
    {
        private readonly TopologyDriver _driver = new(definition);

        public IEnumerable<string> Outputs => _driver.Outputs.Select(Text);

        public static string Text(Core.State.OutgoingRecord record)
        {
            var key = Utf8(record.Key!.Value);
            var reason = record.Headers.FirstOrDefault(header => header.Name == Core.State.HeaderNames.DeadLetterReason);
            return reason.Name is not null ? $"dead {key}: {Utf8(reason.Value)}" : $"{key} {(record.Value is { } value ? Utf8(value) : "null")}";
        }

        public void Root(string key, string[] classes, string version = "") =>
            Step(() => _driver.Root(key, $$"""{"sku":"{{key}}","deliveryClasses":["{{string.Join("\",\"", classes)}}"],"v":"{{version}}"}"""));

        public void Delete(string key) => Step(() => _driver.Root(key, null));

        public void Class(string name, int? time) => Step(() => _driver.Pipe("delivery-classes", name, time is null ? null : $$"""{"name":"{{name}}","minimumTime":{{time}}}"""));

        public void Replay(string key) => Step(() => _driver.Replay(key, Message));

        public void Dispose() => _driver.Dispose();

        private static string Utf8(ReadOnlyMemory<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes.Span);

        private void Step(Func<Core.State.Position> step)
        {
            step();
            if (restarts) _driver.Restart();
        }
    }
}

using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Joins;
using EntitySync.Testing;

namespace EntitySync.Tests.Joins;

public sealed class JoinTopologyTests
{
    [Fact]
    public void Item_ReadsRootAndReplayAndEmitsUpdates()
    {
        var topology = JoinTopology.BuildTopology(SampleDefinitions.Item());

        topology.Sources.ShouldBe([new JoinSource("items", SourceRole.Root, true), new JoinSource("item-replay", SourceRole.Replay, false)]);
        topology.Topics.ShouldBe(["items", "item-replay", "item-updates", "item-dead-letters"]);
    }

    [Fact]
    public void StreamRoot_HasNoReplayAndNoState()
    {
        var item = SampleDefinitions.Item();
        var topology = JoinTopology.BuildTopology(item with { Root = item.Root with { Kind = RootKind.Stream } });

        topology.Sources.ShouldBe([new JoinSource("items", SourceRole.Root, false)]);
    }

    [Fact]
    public void NoLookupRelation_EmitsToTheOutput() =>
        JoinTopology.BuildTopology(SampleDefinitions.Item() with { Relations = [] }).EmissionTopic.ShouldBe("items-merged");

    [Fact]
    public void JoinItDoesNotMake_IsRefusedByName()
    {
        var item = SampleDefinitions.Item();
        var broadcast = item with { Relations = [item.Relations[0] with { Strategy = Strategy.Broadcast }] };

        Should.Throw<InvalidRequestException>(() => JoinTopology.BuildTopology(broadcast)).Message.ShouldContain("'deliveryClass' has strategy Broadcast");
    }

    [Fact]
    public void EmissionItDoesNotMake_IsRefusedByName()
    {
        var item = SampleDefinitions.Item() with { SourceFile = "entities/item.yaml" };
        string Refusal(EmitDefinition emit) => Should.Throw<InvalidRequestException>(() => JoinTopology.BuildTopology(item with { Emit = emit })).Message;

        Refusal(new EmitDefinition(EmitWhen.OnChange)).ShouldBe("Entity 'item' (entities/item.yaml): the join topology emits always, not OnChange.");
        Refusal(new EmitDefinition(EmitWhen.Always, Once: true)).ShouldBe("Entity 'item' (entities/item.yaml): the join topology does not keep what it has emitted, which emit.once needs.");
    }
}

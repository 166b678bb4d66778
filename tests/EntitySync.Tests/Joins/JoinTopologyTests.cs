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

        topology.RootPart.Sources.ShouldBe([new JoinSource("items", SourceRole.Root, true), new JoinSource("item-replay", SourceRole.Replay, false)]);
        topology.Topics.ShouldBe(["items", "item-replay", "item-updates", "item-dead-letters"]);
    }

    [Fact]
    public void StreamRoot_HasNoReplayAndNoState()
    {
        var item = SampleDefinitions.Item();
        var topology = JoinTopology.BuildTopology(item with { Root = item.Root with { Kind = RootKind.Stream } });

        topology.RootPart.Sources.ShouldBe([new JoinSource("items", SourceRole.Root, false)]);
    }

    [Fact]
    public void NoLookupRelation_EmitsToTheOutput() =>
        JoinTopology.BuildTopology(SampleDefinitions.Item() with { Relations = [] }).EmissionTopic.ShouldBe("items-merged");

    [Fact]
    public void Broadcast_ReadsTheRelatedTopicWhole()
    {
        var topology = JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: Strategy.Broadcast));

        topology.RootPart.Sources.Select(source => (source.Topic, source.Role, source.RestoresState, source.IsWhole)).ShouldBe(
        [
            ("items", SourceRole.Root, true, false),
            ("item-replay", SourceRole.Replay, false, false),
            ("delivery-classes", SourceRole.Broadcast, true, true),
            ("item-progress", SourceRole.Progress, true, false),
        ]);
        topology.InternalTopics.ShouldBe([new InternalTopic("item-progress", "items", IsCompacted: true)]);
        topology.EmissionTopic.ShouldBe("items-merged");
    }

    [Fact]
    public void Shuffle_HasPartsForRekeyingAndAnswering()
    {
        var topology = JoinTopology.BuildTopology(SampleDefinitions.Item(strategy: Strategy.Shuffle));

        topology.SubTopologies.Select(part => (part.Name, part.Kind, string.Join(" ", part.Sources.Select(source => source.Topic)))).ShouldBe(
        [
            ("item", SubTopologyKind.Root, "items item-replay item-deliveryClass-answers item-progress"),
            ("item-deliveryClass-rekey", SubTopologyKind.Rekey, "delivery-classes"),
            ("item-deliveryClass-answer", SubTopologyKind.Answer, "item-deliveryClass-questions item-deliveryClass-rows"),
        ]);
        topology.InternalTopics.ShouldBe(
        [
            new InternalTopic("item-progress", "items", IsCompacted: true),
            new InternalTopic("item-deliveryClass-rows", "delivery-classes", IsCompacted: true),
            new InternalTopic("item-deliveryClass-questions", "delivery-classes", IsCompacted: true),
            new InternalTopic("item-deliveryClass-answers", "items", IsCompacted: true),
        ]);
    }

    [Fact]
    public void InternalTopicOfANestedJoin_IsPartitionedLikeATopicOfOthers()
    {
        var item = SampleDefinitions.Item(strategy: Strategy.Shuffle);
        var nested = item.Relations[0] with { Name = "carrier", From = "carriers", Match = item.Relations[0].Key, Set = [new FieldMapping("carrier", SampleDefinitions.Path("name"))] };
        var topology = JoinTopology.BuildTopology(item with { Relations = [item.Relations[0] with { Relations = [nested] }] });

        topology.InternalTopics.Select(topic => $"{topic.Name} like {topology.PartitionedLike(topic.Name)}").ShouldBe(
        [
            "item-progress like items",
            "item-deliveryClass-rows like delivery-classes", "item-deliveryClass-questions like delivery-classes", "item-deliveryClass-answers like items",
            "item-deliveryClass-joined like delivery-classes", "item-deliveryClass-progress like delivery-classes",
            "item-deliveryClass-carrier-rows like carriers", "item-deliveryClass-carrier-questions like carriers", "item-deliveryClass-carrier-answers like delivery-classes",
        ]);
        topology.PartitionedLike("items").ShouldBe("items");
    }

    [Fact]
    public void StreamRootWithShuffle_NotesWhatWaits()
    {
        var item = SampleDefinitions.Item(strategy: Strategy.Shuffle);
        var topology = JoinTopology.BuildTopology(item with { Root = item.Root with { Kind = RootKind.Stream } });

        topology.RootPart.Sources.Select(source => (source.Topic, source.Role, source.RestoresState)).ShouldBe(
            [("items", SourceRole.Root, false), ("item-deliveryClass-answers", SourceRole.Answers, true), ("item-progress", SourceRole.Progress, true)]);
        topology.InternalTopics.ShouldContain(new InternalTopic("item-progress", "items", IsCompacted: true));
    }

    [Fact]
    public void RootOfChangeEvents_ComesThroughIntakeTasks()
    {
        var item = SampleDefinitions.Item();
        var topology = JoinTopology.BuildTopology(item with { Root = item.Root with { Format = DocumentFormat.Debezium } });

        topology.SubTopologies.Select(part => (part.Name, part.Kind, string.Join(' ', part.Sources.Select(source => source.Topic)))).ShouldBe(
            [("item", SubTopologyKind.Root, "item-root item-replay"), ("item-intake", SubTopologyKind.Intake, "items")]);
        topology.InternalTopics.ShouldBe([new InternalTopic("item-root", "items", IsCompacted: true)]);
        topology.Root.ShouldBe(new JoinSource("item-root", SourceRole.Root, RestoresState: true));
        topology.SubTopologies[1].Lead.RestoresState.ShouldBeTrue();
    }

    [Fact]
    public void StreamOfChangeEvents_IsRefused()
    {
        var item = SampleDefinitions.Item();
        var stream = item with { Root = item.Root with { Format = DocumentFormat.Debezium, Kind = RootKind.Stream } };

        Should.Throw<InvalidRequestException>(() => JoinTopology.BuildTopology(stream)).Message.ShouldBe(
            "Entity 'item': change events are those of a table's rows: a root of format debezium has kind table.");
    }

    [Fact]
    public void OnceOfAStream_IsRefusedByName()
    {
        var item = SampleDefinitions.Item();
        var stream = item with { SourceFile = "entities/item.yaml", Root = item.Root with { Kind = RootKind.Stream }, Emit = new EmitDefinition(Once: true) };

        Should.Throw<InvalidRequestException>(() => JoinTopology.BuildTopology(stream)).Message.ShouldBe(
            "Entity 'item' (entities/item.yaml): emit.once goes with root.kind table: the records of a stream are events, each of which is emitted once.");
    }
}

using EntitySync.Core.Definitions;

namespace EntitySync.Tests.Definitions;

/// <summary>Mistakes between the definitions of one folder, each of which loads by itself.</summary>
public sealed class CatalogRuleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("entitysync-catalog");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void TwoDefinitionsThatFeedEachOther_AreOneCircle()
    {
        Write("a", root: "as", from: "b-out");
        Write("b", root: "bs", from: "a-out");

        Problems().ShouldBe(["a.yaml(3,25): relations.r.from: definitions feed each other in a circle: found 'a' reads 'b-out' of 'b', 'b' reads 'a-out' of 'a', allowed: a topic that no emission of the entity leads to."]);
    }

    [Fact]
    public void CircleThroughRootsAndNestedRelations_IsNamedWhole()
    {
        Write("a", root: "as", from: "rows", nested: "c-out");
        Write("b", root: "a-out", from: "rows");
        Write("c", root: "cs", from: "b-out");
        Write("d", root: "c-out", from: "a-out");

        Problems().ShouldBe(["a.yaml(3,84): relations.r.relations.n.from: definitions feed each other in a circle: found 'a' reads 'c-out' of 'c', 'c' reads 'b-out' of 'b', 'b' reads 'a-out' of 'a', allowed: a topic that no emission of the entity leads to."]);
    }

    [Fact]
    public void TwoCircles_AreReportedEach()
    {
        foreach (var (one, other) in new[] { ("a", "b"), ("b", "a"), ("c", "d"), ("d", "c") }) Write(one, root: one + "s", from: other + "-out");

        Problems().Select(problem => problem[..problem.IndexOf(':')]).ShouldBe(["a.yaml(3,25)", "c.yaml(3,25)"]);
    }

    [Fact]
    public void DefinitionsThatFollowEachOtherInOneDirection_AreAllowed()
    {
        Write("a", root: "as", from: "rows");
        Write("b", root: "a-out", from: "rows");
        Write("c", root: "b-out", from: "a-out");

        Problems().ShouldBeEmpty();
    }

    [Fact]
    public void InternalTopicsOfNestedRelations_AreTheEntitysOwn()
    {
        Write("a", root: "as", from: "rows", nested: "others");
        Write("b", root: "bs", from: "rows", output: "a-r-joined");
        Write("a-r", root: "cs", from: "rows");

        Problems().ShouldBe(["a.yaml(1,9): entity: two definitions write one topic: found 'a-r-progress', also written by entity 'a-r' in a-r.yaml, allowed: a topic of its own.", "b.yaml(4,18): output.topic: two definitions write one topic: found 'a-r-joined', also written by entity 'a' in a.yaml, allowed: a topic of its own."]);
    }

    [Fact]
    public void ReconciliationsAndEntities_ShareNamesAndTopics()
    {
        Write("a", root: "as", from: "rows");
        WriteReconciliation("b.yaml", "a", output: "b-out");
        WriteReconciliation("c.yaml", "c", output: "a-out");
        WriteReconciliation("d.yaml", "d", output: "d-out", overdue: "a-replay");
        WriteReconciliation("e.yaml", "e", output: "c-dead-letters");
        WriteReconciliation("f.yaml", "e", output: "f-out");
        Write("g", root: "gs", from: "rows", output: "d-dead-letters");

        Problems().ShouldBe(
        [
            "b.yaml(2,9): entity: an entity and a reconciliation have one name: found 'a', also in a.yaml, allowed: a name of its own.",
            "c.yaml(6,18): output.topic: two definitions write one topic: found 'a-out', also written by entity 'a' in a.yaml, allowed: a topic of its own.",
            "d.yaml(7,19): overdue.topic: two definitions write one topic: found 'a-replay', also written by entity 'a' in a.yaml, allowed: a topic of its own.",
            "e.yaml(6,18): output.topic: two definitions write one topic: found 'c-dead-letters', also written by reconciliation 'c' in c.yaml, allowed: a topic of its own.",
            "f.yaml(2,9): entity: a reconciliation is defined twice: found 'e', also in e.yaml, allowed: a name of its own.",
            "g.yaml(4,18): output.topic: two definitions write one topic: found 'd-dead-letters', also written by reconciliation 'd' in d.yaml, allowed: a topic of its own.",
        ]);
    }

    [Fact]
    public void DeadLettersOfAReconciliation_AreItsOwn()
    {
        Write("a", root: "as", from: "rows", output: "b-dead-letters");
        WriteReconciliation("b.yaml", "b", output: "b-out");

        Problems().ShouldBe(["b.yaml(2,9): entity: two definitions write one topic: found 'b-dead-letters', also written by entity 'a' in a.yaml, allowed: a topic of its own."]);
    }

    [Fact]
    public void CircleThroughAReconciliation_IsNamedWhole()
    {
        Write("a", root: "b-out", from: "rows");
        WriteReconciliation("b.yaml", "b", output: "b-out", arrived: "a-out");
        WriteReconciliation("c.yaml", "c", output: "c-out", overdue: "c-late", expected: "b-out", arrived: "d-late");
        WriteReconciliation("d.yaml", "d", output: "d-out", overdue: "d-late", expected: "c-late");

        Problems().ShouldBe(
        [
            "a.yaml(2,16): root.topic: definitions feed each other in a circle: found 'a' reads 'b-out' of 'b', 'b' reads 'a-out' of 'a', allowed: a topic that no emission of the entity leads to.",
            "c.yaml(4,19): arrived.topic: definitions feed each other in a circle: found 'c' reads 'd-late' of 'd', 'd' reads 'c-late' of 'c', allowed: a topic that no emission of the entity leads to.",
        ]);
    }

    [Fact]
    public void ReconciliationOfTheTopicsOfOthers_IsAllowed()
    {
        Write("a", root: "as", from: "rows");
        WriteReconciliation("b.yaml", "b", output: "b-out", expected: "as", arrived: "a-out");
        WriteReconciliation("c.yaml", "c", output: "c-out", expected: "b-out", arrived: "as");

        Problems().ShouldBeEmpty();
    }

    [Fact]
    public void ReadModelsAndFeeds_ShareNamesAndTopicsWithTheOthers()
    {
        Write("a", root: "as", from: "rows");
        WriteReconciliation("b.yaml", "b", output: "b-out");
        WriteReadModel("c.yaml", "a", reads: "as", output: "c-out");
        WriteReadModel("d.yaml", "d", reads: "as", output: "b-dead-letters");
        WriteReadModel("e.yaml", "e", reads: "as", output: "d-dead-letters");
        WriteReadModel("f.yaml", "b-out-2", reads: "as", output: "a-out");
        WriteFeed("g.yaml", "d");
        WriteFeed("h.yaml", "h", topic: "a-out");
        WriteFeed("i.yaml", "i", topic: "a-out");
        WriteFeed("j.yaml", "h");

        Problems().ShouldBe(
        [
            "c.yaml(2,12): readModel: an entity and a read model have one name: found 'a', also in a.yaml, allowed: a name of its own.",
            "d.yaml(4,18): output.topic: two definitions write one topic: found 'b-dead-letters', also written by reconciliation 'b' in b.yaml, allowed: a topic of its own.",
            "e.yaml(4,18): output.topic: two definitions write one topic: found 'd-dead-letters', also written by read model 'd' in d.yaml, allowed: a topic of its own.",
            "f.yaml(4,18): output.topic: two definitions write one topic: found 'a-out', also written by entity 'a' in a.yaml, allowed: a topic of its own.",
            "g.yaml(2,7): feed: a read model and a feed have one name: found 'd', also in d.yaml, allowed: a name of its own.",
            "j.yaml(2,7): feed: a feed is defined twice: found 'h', also in h.yaml, allowed: a name of its own.",
        ]);
    }

    [Fact]
    public void DeadLettersOfAReadModel_AreItsOwn()
    {
        Write("a", root: "as", from: "rows", output: "b-dead-letters");
        WriteReadModel("b.yaml", "b", reads: "as", output: null);

        Problems().ShouldBe(["b.yaml(2,12): readModel: two definitions write one topic: found 'b-dead-letters', also written by entity 'a' in a.yaml, allowed: a topic of its own."]);
    }

    [Fact]
    public void CircleThroughAReadModel_IsNamedWhole()
    {
        Write("a", root: "b-rows", from: "rows");
        WriteReadModel("b.yaml", "b", reads: "a-out", output: "b-rows");
        WriteReadModel("c.yaml", "c", reads: "a-out", output: "c-rows");
        WriteFeed("d.yaml", "d", topic: "c-rows");

        Problems().ShouldBe(["a.yaml(2,16): root.topic: definitions feed each other in a circle: found 'a' reads 'b-rows' of 'b', 'b' reads 'a-out' of 'a', allowed: a topic that no emission of the entity leads to."]);
    }

    [Fact]
    public void CircleOfReadModels_IsNamedWhereTheTopicStands()
    {
        WriteReadModel("a.yaml", "a", reads: "b-rows", output: "a-rows");
        WriteReadModel("b.yaml", "b", reads: "a-rows", output: "b-rows");

        Problems().ShouldBe(["a.yaml(3,11): topics.b-rows: definitions feed each other in a circle: found 'a' reads 'b-rows' of 'b', 'b' reads 'a-rows' of 'a', allowed: a topic that no emission of the entity leads to."]);
    }

    private void WriteReadModel(string file, string name, string reads, string? output) => File.WriteAllText(
        Path.Combine(_folder.FullName, file),
        $"kind: read-model\nreadModel: {name}\ntopics: {{ {reads}: {{ key: id, events: [{{ set: {{ a: a }} }}] }} }}\n{(output is null ? "" : $"output: {{ topic: {output} }}\n")}");

    private void WriteFeed(string file, string name, string? topic = null) =>
        File.WriteAllText(Path.Combine(_folder.FullName, file), $"kind: feed\nfeed: {name}\n{(topic is null ? "" : $"topic: {topic}\n")}");

    private void WriteReconciliation(string file, string entity, string output, string? overdue = null, string expected = "orders", string arrived = "products") => File.WriteAllText(
        Path.Combine(_folder.FullName, file),
        $"kind: reconciliation\nentity: {entity}\nexpected: {{ topic: {expected}, key: id, elements: \"parts[]\" }}\narrived: {{ topic: {arrived}, key: id, element: part }}\n"
        + $"deadline: {{ after: P1D }}\noutput: {{ topic: {output} }}\n{(overdue is null ? "" : $"overdue: {{ topic: {overdue} }}\n")}");

    private void Write(string entity, string root, string from, string? nested = null, string? output = null)
    {
        var relations = nested is null ? "" : $", relations: {{ n: {{ from: {nested}, key: id, match: n, embed: n }} }}";
        File.WriteAllText(
            Path.Combine(_folder.FullName, entity + ".yaml"),
            $"entity: {entity}\nroot: {{ topic: {root}, key: id }}\nrelations: {{ r: {{ from: {from}, key: id, match: r, embed: r{relations} }} }}\noutput: {{ topic: {output ?? entity + "-out"} }}\n");
    }

    private string[] Problems() =>
        [.. DefinitionLoader.LoadFolder(_folder.FullName).Problems.Select(problem => problem.ToString().Replace(_folder.FullName + Path.DirectorySeparatorChar, "", StringComparison.Ordinal))];
}

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

        Problems().ShouldBe(["a.yaml(1,9): entity: two entities write one topic: found 'a-r-progress', also written by entity 'a-r' in a-r.yaml, allowed: a topic of its own.", "b.yaml(4,18): output.topic: two entities write one topic: found 'a-r-joined', also written by entity 'a' in a.yaml, allowed: a topic of its own."]);
    }

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

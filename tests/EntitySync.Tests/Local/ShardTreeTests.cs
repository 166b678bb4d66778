using EntitySync.Local.EventSources;

namespace EntitySync.Tests.Local;

public sealed class ShardTreeTests
{
    private static readonly Shard[] Shards = [new("child-1", "root"), new("child-2", "root"), new("root", null), new("grandchild", "child-1")];

    private readonly ShardTree _tree = new();

    [Fact]
    public void Child_WaitsForItsParent()
    {
        _tree.Start(Shards).ShouldBe(["root"]);
        _tree.Start(Shards).ShouldBeEmpty();
        _tree.Finish("root");
        _tree.Start(Shards).ShouldBe(["child-1", "child-2"]);
        _tree.Finish("child-2");
        _tree.Start(Shards).ShouldBeEmpty();
        _tree.Finish("child-1");
        _tree.Start(Shards).ShouldBe(["grandchild"]);
        _tree.Start(Shards).ShouldBeEmpty();
    }

    [Fact]
    public void ChildOfATrimmedParent_StartsAtOnce() => _tree.Start([new Shard("child", "gone")]).ShouldBe(["child"]);

    [Fact]
    public void StartAtTheNewest_ReadsOpenShardsOnly()
    {
        _tree.SkipParents(Shards);
        _tree.Start(Shards).ShouldBe(["child-2", "grandchild"]);
    }
}

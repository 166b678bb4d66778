using EntitySync.Core.Definitions;
using EntitySync.Core.Joins;
using EntitySync.Local.Explain;

namespace EntitySync.Tests.Local.Commands;

public sealed class ExplainCommandTests : IDisposable
{
    private const string Profile = """
        entity: profile
        root: { topic: users, key: email, format: debezium }
        relations:
          stars:
            from: stars
            key: username
            match: username
            many: true
            order: { by: starredAt, direction: descending }
            limit: 20
            where: { hidden: [false, null] }
            embed: stars
            fields: [repoId]
            missing: { set: { stars: [] } }
            strategy: shuffle
            relations:
              repo: { from: repos, key: id, match: repoId, set: { repo: name }, strategy: broadcast }
        output: { topic: profiles }
        """;

    private readonly CommandFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Broadcast_IsExplained()
    {
        var run = await CommandRun.Of("explain", "item", "--strategy", "broadcast");

        run.Error.ShouldBeEmpty();
        run.Output.ShouldBe(BroadcastPlan);
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task Lookup_IsExplained()
    {
        var run = await CommandRun.Of("explain", "item", "--strategy", "lookup");

        run.Output.ShouldContain("a row of table delivery-classes: a replay: ids from Solr (items, deliveryClasses), for each one record in item-replay, one in item-updates, and one read or cached row in Enrich\n");
        run.Output.ShouldContain("  Enrich: Lambda function\n    reads  item-updates, table delivery-classes (cached)\n    writes items-merged, item-dead-letters (bad input)\n");
        run.Status.ShouldBe(0);
    }

    [Fact]
    public async Task NestedShuffleOfADebeziumRoot_IsExplained()
    {
        var run = await CommandRun.Of("explain", _folder.Write("profile.yaml", Profile));

        run.Error.ShouldBeEmpty();
        run.Output[..run.Output.IndexOf("\nGraph", StringComparison.Ordinal)].ShouldBe(ProfilePlan);
    }

    [Fact]
    public async Task Mermaid_IsTheGraphOnly()
    {
        var run = await CommandRun.Of("explain", "item", "--strategy", "broadcast", "--mermaid");

        run.Output.ShouldBe(BroadcastGraph);
        run.Status.ShouldBe(0);
    }

    /// <summary>So that the plan leaves nothing out, whatever parts a topology has.</summary>
    [Fact]
    public void EveryTopicOfTheTopology_IsReadAndWrittenAsItIs()
    {
        var topology = JoinTopology.BuildTopology(DefinitionLoader.LoadText(Profile, "profile.yaml").Definitions.Single());
        var flow = Flow.Of(topology);
        var read = flow.SelectMany(step => step.Reads).Select(edge => edge.Topic).ToHashSet();
        var written = flow.SelectMany(step => step.Writes).Select(edge => edge.Topic).ToHashSet();

        topology.Topics.Order().ShouldBe(read.Union(written).Order());
        topology.InternalTopics.Select(topic => topic.Name).Where(topic => !read.Contains(topic) || !written.Contains(topic)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Mistakes_AreTold()
    {
        var run = await CommandRun.Of("explain", _folder.Write("bad.yaml", Profile.Replace("key: id", "ky: id", StringComparison.Ordinal)));

        run.Output.ShouldBeEmpty();
        run.Error.ShouldContain("Did you mean 'key'?");
        run.Status.ShouldBe(1);
    }

    private const string BroadcastGraph = """
        flowchart LR
        """;

    private const string BroadcastPlan = "";

    private const string ProfilePlan = "";
}

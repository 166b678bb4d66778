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

    [Theory]
    [InlineData("broadcast", "keeps  all rows of products, once a thread; restored from products", "a row of products: is known to the events that come then, and changes none of those before; no internal record")]
    [InlineData(
        "shuffle",
        "keeps  the rows of product that it has asked for lately, and events that wait for some; restored from purchase-product-answers, purchase-progress",
        "a row of products: one record in purchase-product-rows, one in purchase-product-answers for each task that has asked for its id; each is known to the events that come then, and changes none of those before")]
    public async Task Stream_IsExplained(string strategy, string state, string cost)
    {
        var file = _folder.Write("purchase.yaml", """
            entity: purchase
            root: { topic: purchases, kind: stream }
            relations:
              product: { from: products, key: id, match: productId, set: { label: label } }
            output: { topic: enriched }
            """);
        var run = await CommandRun.Of("explain", file, "--strategy", strategy);

        run.Output.ShouldStartWith("purchase: a stream of events from purchases, the record key as it is, to enriched\nEmitted with every update.\n");
        run.Output.ShouldContain($"    {state}\n");
        run.Output.ShouldContain($"  {cost}\n");
        run.Status.ShouldBe(0);
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
          t0[("table delivery-classes")]
          t1(["delivery-classes"])
          t2(["items"])
          t3(["item-replay"])
          t4(["item-progress"]):::internal
          t5(["items-merged"])
          t6(["item-dead-letters"])
          p0["PublishReference<br/>Lambda function"]
          t0 --> p0
          p0 --> t1
          p1["item<br/>joins the entities"]
          t2 --> p1
          t3 -- replays --> p1
          t1 -- all partitions --> p1
          t4 -- notes --> p1
          p1 --> t5
          p1 -- notes --> t4
          p1 -- bad input --> t6
          classDef internal stroke-dasharray: 4 3

        """;

    private const string BroadcastPlan = """
        item: a table from items, key sku, to items-merged
        Emitted with every update.

        Topics
          read      item-replay                        as many partitions as items
          read      items                              must be compacted: state is restored from it
          read      table delivery-classes             DynamoDB, written through ReferenceApi
          internal  item-progress                      as many partitions as items, cleanup.policy=compact
          written   delivery-classes                   must be compacted: state is restored from it
          written   item-dead-letters                  records that could not be used, with the reason
          written   items-merged                       the joined entities

        Parts (a task for each partition of the first topic)
          PublishReference: Lambda function
            reads  table delivery-classes
            writes delivery-classes
          item: joins the entities
            reads  items, item-replay (replays), delivery-classes (all partitions), item-progress (notes)
            writes items-merged, item-progress (notes), item-dead-letters (bad input)
            keeps  its entities, and which of them refer to a related row; all rows of delivery-classes, once a thread; restored from items, delivery-classes, item-progress

        Relations
          deliveryClass (broadcast): rows of delivery-classes whose name equals deliveryClasses[];
            the one with the smallest minimumTime is written as minimumDeliveryTime from minimumTime, maximumDeliveryTime from maximumTime; without any row minimumDeliveryTime is null, maximumDeliveryTime is null

        What a change costs
          a record of items: one join in its own task, at most one record to items-merged
          a row of delivery-classes: visits the entities that refer to it, in steps behind live updates; no internal record

        Graph (Mermaid)

        flowchart LR
          t0[("table delivery-classes")]
          t1(["delivery-classes"])
          t2(["items"])
          t3(["item-replay"])
          t4(["item-progress"]):::internal
          t5(["items-merged"])
          t6(["item-dead-letters"])
          p0["PublishReference<br/>Lambda function"]
          t0 --> p0
          p0 --> t1
          p1["item<br/>joins the entities"]
          t2 --> p1
          t3 -- replays --> p1
          t1 -- all partitions --> p1
          t4 -- notes --> p1
          p1 --> t5
          p1 -- notes --> t4
          p1 -- bad input --> t6
          classDef internal stroke-dasharray: 4 3

        """;

    private const string ProfilePlan = """
        profile: a table from users (change events), key email, to profiles
        Emitted when the output changes.

        Topics
          read      profile-replay                     as many partitions as profile-root
          read      repos                              must be compacted: state is restored from it
          read      stars                              must be compacted: state is restored from it
          read      users                              must be compacted: state is restored from it
          internal  profile-progress                   as many partitions as users, cleanup.policy=compact
          internal  profile-root                       as many partitions as users, cleanup.policy=compact
          internal  profile-stars-answers              as many partitions as users, cleanup.policy=compact
          internal  profile-stars-joined               as many partitions as stars, cleanup.policy=compact
          internal  profile-stars-progress             as many partitions as stars, cleanup.policy=compact
          internal  profile-stars-questions            as many partitions as profile-stars-joined, cleanup.policy=compact
          internal  profile-stars-rows                 as many partitions as profile-stars-joined, cleanup.policy=compact
          written   profile-dead-letters               records that could not be used, with the reason
          written   profiles                           the joined entities

        Parts (a task for each partition of the first topic)
          profile: joins the entities
            reads  profile-root, profile-replay (replays), profile-stars-answers (answers), profile-progress (notes)
            writes profiles, profile-stars-questions (questions), profile-progress (notes), profile-dead-letters (bad input)
            keeps  its entities, and which of them refer to a related row; the rows of stars that it has asked for; restored from profile-root, profile-stars-answers, profile-progress
          profile-intake: brings change events under the entity's key
            reads  users
            writes profile-root, profile-dead-letters (bad input)
            keeps  the entity's key of each row; restored from users
          profile-stars-rekey: brings rows under their join column
            reads  profile-stars-joined
            writes profile-stars-rows, profile-dead-letters (bad input)
            keeps  the join column of each row; restored from profile-stars-joined
          profile-stars-answer: answers who asks for rows
            reads  profile-stars-questions (questions), profile-stars-rows
            writes profile-stars-answers
            keeps  rows by their join column; which tasks have asked for them; restored from profile-stars-questions, profile-stars-rows
          profile-stars: joins related rows
            reads  stars, repos (all partitions), profile-stars-progress (notes)
            writes profile-stars-joined, profile-stars-progress (notes), profile-dead-letters (bad input)
            keeps  its rows, and which of them refer to a related row; all rows of repos, once a thread; restored from stars, repos, profile-stars-progress

        Relations
          stars (shuffle): rows of stars whose username equals username, only those with hidden one of false, null;
            the first 20 of them, by starredAt descending, are embedded as stars (repoId); without any row stars is []
            stars.repo (broadcast): rows of repos whose id equals repoId;
              the only one is written as repo from name; without any row the fields are left out

        What a change costs
          a record of users: one record in profile-root, then one join in its own task, at most one record to profiles; one question and its answer for each match value of stars that nothing else in the task has
          a row of stars: one join in its own task, at most one record in profile-stars-joined; then as a row of profile-stars-joined
          a row of profile-stars-joined: one record in profile-stars-rows, one in profile-stars-answers for each task that has asked for its username; each visits the entities that refer to it, in steps behind live updates
          a row of repos: visits the rows of stars that refer to it, in steps behind live updates; one that changes goes on as a row of profile-stars-joined; no internal record

        """;
}

using EntitySync.JoinHost;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>Relations of relations on a cluster, and entities that share topics: one topic leads parts of several kinds, each topic with partitions of its own number.</summary>
[Trait("Category", "Integration")]
public sealed class NestedJoinTests
{
    [Theory]
    [InlineData("broadcast", "broadcast")]
    [InlineData("broadcast", "shuffle")]
    [InlineData("shuffle", "broadcast")]
    [InlineData("shuffle", "shuffle")]
    public async Task ChangeAtDepthTwo_ReachesTheEntitiesAlsoAfterARestart(string strategy, string nested)
    {
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.Use([Users(strategy, nested)], ("users", 4), ("stars", 3), ("repos", 2), ("profiles", 4));
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.IsReady, "it is ready");
        Repo(cluster, 1, "lib");
        Repo(cluster, 2, "tool");
        for (var user = 0; user < 10; user++) User(cluster, user);
        for (var user = 0; user < 10; user++) Star(cluster, user, repo: 1 + (user % 2));
        cluster.FlushProducer();
        await UntilProfilesAre(cluster, "lib", "tool");

        Repo(cluster, 1, "library");
        cluster.FlushProducer();
        await UntilProfilesAre(cluster, "library", "tool");
        host.Status.Entities[cluster.Entity].RowsJoined.ShouldBeGreaterThanOrEqualTo(15);
        await host.StopAsync();

        Repo(cluster, 2, "toolbox");
        cluster.FlushProducer();
        var second = await cluster.StartHostAsync();
        await UntilProfilesAre(cluster, "library", "toolbox");

        string[] parts = [cluster.Entity, $"{cluster.Entity}-stars"];
        await cluster.UntilAsync(() => second.Status.Threads[0].Tasks.All(task => task.IsLive && task.Fanouts.Count == 0), "the status shows that it is done");
        parts.Concat(second.Status.Threads[0].Tasks.Select(task => task.Part)).Distinct().ShouldBe(
            [.. parts, .. strategy == "shuffle" ? new[] { $"{cluster.Entity}-stars-rekey", $"{cluster.Entity}-stars-answer" } : [], .. nested == "shuffle" ? new[] { $"{cluster.Entity}-stars-repo-rekey", $"{cluster.Entity}-stars-repo-answer" } : []],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("broadcast")]
    [InlineData("shuffle")]
    public async Task KilledInTheMiddleOfANestedFanout_ReachesEveryEntity(string strategy)
    {
        const int users = 2_000;
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.Options = cluster.Options with { FanoutStep = TimeSpan.FromMicroseconds(50), FanoutInFlight = 20, CommitInterval = TimeSpan.FromMilliseconds(10) };
        cluster.Use([Users(strategy, strategy)], ("users", 4), ("stars", 3), ("repos", 2), ("profiles", 4));
        var host = await cluster.StartHostAsync();
        Repo(cluster, 1, "lib");
        for (var user = 0; user < users; user++) User(cluster, user);
        for (var user = 0; user < users; user++) Star(cluster, user, repo: 1);
        cluster.FlushProducer();
        await UntilAll(cluster, users, "lib");

        foreach (var name in new[] { "library", "framework" })
        {
            var before = host.Status.Entities[cluster.Entity].RowsJoined;
            Repo(cluster, 1, name);
            cluster.FlushProducer();
            var running = host;
            await cluster.UntilAsync(() => running.Status.Entities[cluster.Entity].RowsJoined > before, "the joined rows are made anew");
            await running.AbandonAsync();
            host = await cluster.StartHostAsync();
            await UntilAll(cluster, users, name);
        }
    }

    [Theory]
    [InlineData("broadcast", "shuffle")]
    [InlineData("shuffle", "broadcast")]
    [InlineData("shuffle", "shuffle")]
    public async Task EntitiesThatShareTopics_AreEachJoinedInOneHost(string strategy, string other)
    {
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.Use([Users(strategy, strategy), Repos(other), Fans(other)], ("users", 4), ("stars", 3), ("repos", 2), ("profiles", 4), ("repo-pages", 2), ("fans", 4));
        var host = await cluster.StartHostAsync(threads: 2);
        await cluster.UntilAsync(() => host.Status.IsReady, "it is ready");
        Repo(cluster, 1, "lib");
        Repo(cluster, 2, "tool");
        for (var user = 0; user < 6; user++) User(cluster, user);
        for (var user = 0; user < 6; user++) Star(cluster, user, repo: 1 + (user % 2));
        cluster.FlushProducer();
        await UntilProfilesAre(cluster, "lib", "tool", users: 6);
        await host.StopAsync();

        Repo(cluster, 2, "toolbox");
        Star(cluster, 5, repo: 1);
        cluster.FlushProducer();
        await cluster.StartHostAsync(threads: 2);
        await UntilLast(cluster, "profiles", last => last.Count == 6 && Enumerable.Range(0, 6).All(user => last[$"u{user}"] == Profile(user, user is 5 || user % 2 == 0 ? (1, "lib") : (2, "toolbox"))));
        await UntilLast(cluster, "repo-pages", last => last.Count == 2
            && last["1"] == """{"id":1,"name":"lib","fans":[{"user":"u0"},{"user":"u2"},{"user":"u4"},{"user":"u5"}]}"""
            && last["2"] == """{"id":2,"name":"toolbox","fans":[{"user":"u1"},{"user":"u3"}]}""");
        await UntilLast(cluster, "fans", last => last.Count == 6
            && Enumerable.Range(0, 6).All(user => last[$"u{user}"] == $$"""{"id":"u{{user}}","first":{{(user is 5 ? 1 : 1 + (user % 2))}},"last":{{(user is 5 ? 1 : 1 + (user % 2))}}}"""));
    }

    [Fact]
    public async Task EntityThatComesLater_JoinsTheRowsThatWereReadBeforeIt()
    {
        await using var cluster = new JoinCluster(createTopics: false);
        (string, int)[] topics = [("users", 4), ("stars", 3), ("repos", 2), ("profiles", 4), ("fans", 4)];
        cluster.Use([Fans("shuffle")], topics);
        var host = await cluster.StartHostAsync();
        for (var user = 0; user < 10; user++) Star(cluster, user, repo: 1 + (user % 2));
        cluster.FlushProducer();
        await cluster.UntilAsync(() => host.Status.Threads[0].Tasks.Where(task => task.Part.EndsWith("-rekey", StringComparison.Ordinal)).Sum(task => task.Committed ?? 0) == 2 * 10, "all stars are read and committed");
        await host.StopAsync();

        cluster.Use([Users("broadcast", "broadcast"), Fans("shuffle")], topics);
        await cluster.StartHostAsync();
        Repo(cluster, 1, "lib");
        Repo(cluster, 2, "tool");
        for (var user = 0; user < 10; user++) User(cluster, user);
        cluster.FlushProducer();
        await UntilProfilesAre(cluster, "lib", "tool");
    }

    private static string Users(string strategy, string nested) => $$"""
        entity: ~user
        root: { topic: ~users, key: id }
        relations:
          stars:
            from: ~stars
            key: user
            match: id
            many: true
            embed: stars
            fields: [repoId]
            strategy: {{strategy}}
            relations:
              repo:
                from: ~repos
                key: id
                match: repoId
                set: { repo: name }
                strategy: {{nested}}
        output: { topic: ~profiles }
        """;

    /// <summary>Its root is a nested relation's topic of the other, its relation the topic of the relation above.</summary>
    private static string Repos(string strategy) => $$"""
        entity: ~repo
        root: { topic: ~repos, key: id }
        relations:
          fans: { from: ~stars, key: repoId, match: id, many: true, order: { by: user }, embed: fans, fields: [user], strategy: {{strategy}} }
        output: { topic: ~repo-pages }
        """;

    /// <summary>The same root as the first entity, and two relations from one topic.</summary>
    private static string Fans(string strategy) => $$"""
        entity: ~fan
        root: { topic: ~users, key: id }
        relations:
          first: { from: ~stars, key: user, match: id, pick: { min: repoId }, set: { first: repoId }, strategy: {{strategy}} }
          last: { from: ~stars, key: user, match: id, pick: { max: repoId }, set: { last: repoId }, strategy: shuffle }
        output: { topic: ~fans }
        """;

    private static void User(JoinCluster cluster, int user) => cluster.Produce("users", $"u{user}", $$"""{"id":"u{{user}}"}""");

    private static void Star(JoinCluster cluster, int user, int repo) => cluster.Produce("stars", $"s{user}", $$"""{"user":"u{{user}}","repoId":{{repo}}}""");

    private static void Repo(JoinCluster cluster, int id, string name) => cluster.Produce("repos", $"{id}", $$"""{"id":{{id}},"name":"{{name}}"}""");

    private static string Profile(int user, (int Id, string Name) repo) => $$"""{"id":"u{{user}}","stars":[{"repoId":{{repo.Id}},"repo":"{{repo.Name}}"}]}""";

    private static Task<List<JoinCluster.Output>> UntilProfilesAre(JoinCluster cluster, string even, string odd, int users = 10) => UntilLast(
        cluster, "profiles", last => last.Count == users && Enumerable.Range(0, users).All(user => last[$"u{user}"] == Profile(user, user % 2 == 0 ? (1, even) : (2, odd))));

    private static Task<List<JoinCluster.Output>> UntilAll(JoinCluster cluster, int users, string name) =>
        UntilLast(cluster, "profiles", last => last.Count == users && last.All(output => output.Value == Profile(int.Parse(output.Key[1..]), (1, name))));

    private static Task<List<JoinCluster.Output>> UntilLast(JoinCluster cluster, string topic, Func<Dictionary<string, string?>, bool> isRight) =>
        cluster.ReadUntilAsync(outputs => isRight(outputs.GroupBy(output => output.Key!).ToDictionary(key => key.Key, key => key.Last().Value)), topic);
}

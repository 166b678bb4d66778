using System.Net;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>A host whose definition is not the one that made the state on the cluster.</summary>
[Trait("Category", "Integration")]
public sealed class ChangedShapeTests
{
    private static readonly (string, int)[] Topics = [("users", 2), ("repos", 2), ("payments", 2), ("profiles", 2), ("repo-pages", 2)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task WhatTheStateCannotFollow_IsRefusedBeforeAnythingIsRead(int threads)
    {
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.Use([Users("id"), Repos], Topics);
        var first = await cluster.StartHostAsync(threads);
        await cluster.UntilAsync(() => first.Status.IsReady, "it is ready");
        Payment(cluster, "yes");
        User(cluster, 1);
        cluster.FlushProducer();
        await UntilUser(cluster, 1, "yes");
        await first.StopAsync();
        string[] written = ["user-progress", "user-payment-rows", "user-payment-questions", "user-payment-answers", "profiles", "user-dead-letters"];
        var before = written.Select(topic => cluster.ReadAll(topic).Count).ToList();

        Payment(cluster, "no");
        cluster.FlushProducer();
        cluster.Use([Users("account"), Repos], Topics);
        var refused = await cluster.StartHostAsync(threads);
        await cluster.UntilAsync(() => refused.Status.Threads.All(thread => thread.Reason is not null), "the reason is shown");
        refused.Status.Threads.Select(thread => (thread.State, thread.Reason)).Distinct().ShouldBe([("waiting",
            $"Entity '{cluster.Entity}' (test.yaml): the definition cannot go on with the state that is there. "
            + $"relations.payment.key: was 'id', is 'account': {cluster.Entity}-payment-rows holds the rows as they were. "
            + $"Stop the join host, delete {cluster.Entity}-payment-rows, -questions and -answers and its group's positions in {cluster.Topic("payments")} "
            + "(kafka-consumer-groups.sh --delete-offsets --group JOIN_GROUP_ID --topic TOPIC), and start it. "
            + "Nothing has been read or written: the definition of before goes on where it stopped.")]);
        using var client = new HttpClient { BaseAddress = refused.Address };
        var ready = await client.GetAsync("/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("relations.payment.key");
        var health = await client.GetAsync("/health");
        health.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await health.Content.ReadAsStringAsync()).ShouldContain("thread 0 does not work yet (waiting): Entity ");
        cluster.Log.Lines.Count(line => line.Contains("cannot go on with the state")).ShouldBe(threads);
        await refused.StopAsync();
        written.Select(topic => cluster.ReadAll(topic).Count).ShouldBe(before);

        cluster.Use([Users("id"), Repos], Topics);
        await cluster.StartHostAsync(threads);
        User(cluster, 2);
        cluster.FlushProducer();
        await UntilUser(cluster, 1, "no");
        await UntilUser(cluster, 2, "no");
    }

    [Fact]
    public async Task OtherRelationOnATopicThatWasNeverRead_GoesOn()
    {
        await using var cluster = new JoinCluster(createTopics: false);
        cluster.Use([Users("id")], Topics);
        var first = await cluster.StartHostAsync();
        User(cluster, 1);
        cluster.FlushProducer();
        await UntilUser(cluster, 1, null);
        await cluster.ReadUntilAsync(notes => notes.Any(note => note.Key == "D"), "user-progress");
        await first.StopAsync();

        // The shape of before names payments as read, but no position says so.
        cluster.Use([Users("account", name: "paid")], Topics);
        Payment(cluster, "yes");
        await cluster.StartHostAsync();
        User(cluster, 2);
        cluster.FlushProducer();
        await UntilUser(cluster, 2, "yes");
    }

    private static string Users(string key, string name = "payment") => $$"""
        entity: ~user
        root: { topic: ~users, key: id }
        relations:
          {{name}}: { from: ~payments, key: {{key}}, match: paymentId, set: { paid: verified }, strategy: shuffle, missing: { set: { paid: null } } }
        output: { topic: ~profiles }
        """;

    private const string Repos = """
        entity: ~repo
        root: { topic: ~repos, key: id }
        relations:
          owner: { from: ~users, key: id, match: ownerId, set: { owner: id }, strategy: broadcast }
        output: { topic: ~repo-pages }
        """;

    private static void User(JoinCluster cluster, int user) => cluster.Produce("users", $"u{user}", $$"""{"id":"u{{user}}","paymentId":"p"}""");

    private static void Payment(JoinCluster cluster, string verified) => cluster.Produce("payments", "p", $$"""{"id":"p","account":"p","verified":"{{verified}}"}""");

    private static Task<List<JoinCluster.Output>> UntilUser(JoinCluster cluster, int user, string? paid) => cluster.ReadUntilAsync(
        outputs => outputs.LastOrDefault(output => output.Key == $"u{user}")?.Value == $$"""{"id":"u{{user}}","paymentId":"p","paid":{{(paid is null ? "null" : $"\"{paid}\"")}}}""", "profiles");
}

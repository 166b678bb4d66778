using Confluent.Kafka;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.IntegrationTests.JoinHost;

[Trait("Category", "Integration")]
public sealed class JoinHostTests
{
    [Fact]
    public async Task ItemsAndReplays_ComeOutOncePerKeyInOrder()
    {
        await using var cluster = new JoinCluster();
        var host = await cluster.StartReadyHostAsync(threads: 2);
        foreach (var version in new[] { 1, 2 })
        {
            for (var sku = 0; sku < 50; sku++) cluster.Item($"s{sku}", version);
        }

        cluster.Produce("items", "s0", null);
        cluster.FlushProducer();
        await cluster.ReadUntilAsync(outputs => outputs.Count == 101);

        cluster.Replay("s0");
        cluster.Replay("s1");
        cluster.Replay("nobody");
        cluster.FlushProducer();
        var outputs = await cluster.ReadUntilAsync(outputs => outputs.Count == 102);
        await cluster.UntilAsync(() => host.Status.Entities[cluster.Entity].UnknownIds == 2, "unknown ids are counted");

        outputs.Where(output => output.Key == "s0").Select(output => output.Value).ShouldBe(["""{"sku":"s0","v":1}""", """{"sku":"s0","v":2}""", null]);
        outputs.Where(output => output.Key == "s1").Select(output => (output.Value, output.Headers.GetValueOrDefault(HeaderNames.Replay))).ShouldBe(
            [("""{"sku":"s1","v":1}""", null), ("""{"sku":"s1","v":2}""", null), ("""{"sku":"s1","v":2}""", JoinCluster.Message)]);
        outputs.ShouldAllBe(output => output.Partition == Murmur2Partitioner.PartitionFor(System.Text.Encoding.UTF8.GetBytes(output.Key!), 4));
    }

    [Fact]
    public async Task CrashWithoutCommit_EmitsEveryItemAtLeastOnceAndRestoresState()
    {
        const int items = 2_000;
        await using var cluster = new JoinCluster();
        cluster.Options = cluster.Options with { CommitRecords = 100, CommitInterval = TimeSpan.FromMilliseconds(5) };
        var first = await cluster.StartReadyHostAsync();
        for (var sku = 0; sku < items; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();
        await cluster.UntilAsync(() => first.Status.Entities[cluster.Entity].Emitted > 0, "some are emitted");
        for (var sku = 0; sku < items; sku++) cluster.Item($"s{sku}", 2);
        await first.AbandonAsync();
        cluster.FlushProducer();

        var second = await cluster.StartReadyHostAsync();
        var outputs = await cluster.ReadUntilAsync(outputs => LastOfEach(outputs).Count == items && LastOfEach(outputs).All(last => last.Value!.Contains("\"v\":2")));
        outputs.Select(output => output.Headers[HeaderNames.RootPosition]).Distinct().Count().ShouldBe(2 * items);
        if (cluster.IsExactlyOnce) outputs.Count.ShouldBe(2 * items);

        await second.StopAsync();
        var third = await cluster.StartReadyHostAsync();
        third.Status.Entities[cluster.Entity].Restored.ShouldBe(2 * items);
        third.Status.Threads.SelectMany(thread => thread.Tasks).Sum(task => task.Rows).ShouldBe(items);
        third.Status.Entities[cluster.Entity].Emitted.ShouldBe(0);

        var before = outputs.Count;
        for (var sku = 0; sku < 100; sku++) cluster.Replay($"s{sku}");
        cluster.FlushProducer();
        outputs = await cluster.ReadUntilAsync(outputs => outputs.Count == before + 100);
        var replayed = outputs.Where(output => output.Headers.ContainsKey(HeaderNames.Replay)).ToList();
        replayed.Select(output => output.Value).Order().ShouldBe(Enumerable.Range(0, 100).Select(sku => $$"""{"sku":"s{{sku}}","v":2}""").Order());
    }

    [Fact]
    public async Task ScaleOutAndIn_WhileProducing_LosesNothingAndKeepsOrder()
    {
        const int items = 300;
        await using var cluster = new JoinCluster(partitions: 6);
        var first = await cluster.StartReadyHostAsync(threads: 1);
        Feed(cluster, items, 1);
        var second = await cluster.StartHostAsync(threads: 2);
        Feed(cluster, items, 2);
        await cluster.UntilAsync(
            () => first.Status.IsReady && second.Status.IsReady && Partitions(second).Count > 0 && Partitions(first).Concat(Partitions(second)).Order().SequenceEqual([0, 1, 2, 3, 4, 5]),
            "partitions are shared",
            () => $"first {string.Join(',', Partitions(first))} second {string.Join(',', Partitions(second))}");
        Feed(cluster, items, 3);
        await first.StopAsync();
        Feed(cluster, items, 4);

        var outputs = await cluster.ReadUntilAsync(outputs => LastOfEach(outputs).Count == items && LastOfEach(outputs).All(last => last.Value!.Contains("\"v\":4")));
        outputs.Select(output => output.Headers[HeaderNames.RootPosition]).Distinct().Count().ShouldBe(4 * items);
        if (cluster.IsExactlyOnce) outputs.Count.ShouldBe(4 * items);
        await cluster.UntilAsync(() => Partitions(second).Count == 6, "the second host has all partitions");
        for (var sku = 0; sku < items; sku++) cluster.Replay($"s{sku}");
        cluster.FlushProducer();
        outputs = await cluster.ReadUntilAsync(outputs => outputs.Count(output => output.Headers.ContainsKey(HeaderNames.Replay)) >= items);
        outputs.Where(output => output.Headers.ContainsKey(HeaderNames.Replay)).Select(output => output.Value).Distinct().Order()
            .ShouldBe(Enumerable.Range(0, items).Select(sku => $$"""{"sku":"s{{sku}}","v":4}""").Order());
    }

    [Fact]
    public async Task ProduceErrors_AreRetriedWithoutLossOrDisorder()
    {
        await using var cluster = new JoinCluster(partitions: 2);
        var host = await cluster.StartReadyHostAsync();
        for (var sku = 0; sku < 20; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();
        await cluster.ReadUntilAsync(outputs => outputs.Count == 20);

        for (var version = 2; version <= 5; version++)
        {
            for (var sku = 0; sku < 20; sku++) cluster.Item($"s{sku}", version);
            cluster.FlushProducer();
            cluster.Kafka.PushRequestErrors(0, ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut, ErrorCode.NotEnoughReplicas);
        }

        var outputs = await cluster.ReadUntilAsync(outputs => LastOfEach(outputs).All(last => last.Value!.Contains("\"v\":5")));
        foreach (var key in outputs.GroupBy(output => output.Key)) key.Select(output => output.Value).Distinct().ShouldBe([.. Enumerable.Range(1, 5).Select(version => $$"""{"sku":"{{key.Key}}","v":{{version}}}""")]);
    }

    [Fact]
    public async Task FinalDeliveryFailure_StartsAgainFromTheCommittedPositions()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        cluster.Item("a", 1);
        cluster.Item("b", 1);
        cluster.FlushProducer();

        // Nobody else produces now, so the host's first produce request gets the error.
        cluster.Kafka.PushRequestErrors(0, ErrorCode.TopicAuthorizationFailed);
        var host = await cluster.StartHostAsync();
        (await cluster.ReadUntilAsync(outputs => outputs.Count == 2)).Select(output => output.Key).ShouldBe(["a", "b"]);

        cluster.Log.Lines.ShouldContain(line => line.Contains("TopicAuthorizationFailed") && line.Contains("Next attempt from the committed positions"));
        // Both again, after what the first attempt had emitted by the time it learnt of the error.
        await cluster.UntilAsync(() => host.Status.Entities[cluster.Entity].Emitted is 3 or 4, "what was emitted counts twice");
    }

    [Fact]
    public async Task BrokersDownAtStart_WaitsAndGoesOnWhenTheyAreUp()
    {
        await using var cluster = new JoinCluster();
        cluster.Options = cluster.Options with { RequestTimeout = TimeSpan.FromSeconds(2) };
        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetBrokerDown(broker);
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].State == "waiting", "it waits for the brokers");
        host.Status.IsReady.ShouldBeFalse();

        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetBrokerUp(broker);
        await cluster.UntilAsync(() => host.Status.IsReady, "it is ready");
        cluster.Item("a", 1);
        cluster.FlushProducer();
        await cluster.ReadUntilAsync(outputs => outputs.Count == 1);
    }

    [Fact]
    public async Task BrokersDownInTheMiddle_NothingIsLost()
    {
        await using var cluster = new JoinCluster(partitions: 2);
        cluster.Options = cluster.Options with { DeliveryTimeout = TimeSpan.FromSeconds(2), RequestTimeout = TimeSpan.FromSeconds(2) };
        var host = await cluster.StartReadyHostAsync();
        for (var sku = 0; sku < 500; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();
        await cluster.UntilAsync(() => host.Status.Entities[cluster.Entity].Emitted > 0, "some are emitted");
        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetBrokerDown(broker);
        for (var sku = 500; sku < 600; sku++) cluster.Item($"s{sku}", 1);
        await cluster.UntilAsync(() => host.Status.Threads[0].Reason is not null, "the trouble is shown");
        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetBrokerUp(broker);
        cluster.FlushProducer();

        await cluster.ReadUntilAsync(outputs => outputs.Select(output => output.Key).Distinct().Count() == 600);
    }

    [Fact]
    public async Task RecordThatTheTopicRefuses_GoesToTheDeadLettersAndTheRestGoesOn()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        cluster.Item("big", 1);
        cluster.FlushProducer();
        cluster.Kafka.PushRequestErrors(0, ErrorCode.MsgSizeTooLarge);
        var host = await cluster.StartHostAsync();

        var dead = (await cluster.ReadUntilAsync(outputs => outputs.Count == 1, "item-dead-letters")).Single();
        dead.Key.ShouldBe("big");
        dead.Value.ShouldBe("""{"sku":"big","v":1}""");
        dead.Headers[HeaderNames.DeadLetterReason].ShouldStartWith("item-updates refuses the emission: MsgSizeTooLarge");
        dead.Headers[HeaderNames.DeadLetterPosition].ShouldBe("items-0@0");

        cluster.Item("c", 1);
        cluster.FlushProducer();
        (await cluster.ReadUntilAsync(outputs => outputs.Count == 1)).Single().Key.ShouldBe("c");
        host.Status.Entities[cluster.Entity].DeadLettered.ShouldBe(1);
    }

    [Fact]
    public async Task RecordTooLargeEvenForTheDeadLetters_IsCutAndSaysSo()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        await cluster.StartReadyHostAsync();
        cluster.Item("big", 1, padding: EnrichmentLimits.DocumentBytes - """{"sku":"big","v":1,"p":""}""".Length);
        cluster.Item("c", 1);
        cluster.FlushProducer();

        (await cluster.ReadUntilAsync(outputs => outputs.Count == 1)).Single().Key.ShouldBe("c");
        var dead = (await cluster.ReadUntilAsync(outputs => outputs.Count == 1, "item-dead-letters")).Single();
        dead.Value!.Length.ShouldBe(64 * 1024);
        dead.Headers[HeaderNames.DeadLetterReason].ShouldMatch("item-updates refuses the emission: MsgSizeTooLarge.*; first 65536 of 8388608 bytes$");
    }

    [Fact]
    public async Task Poison_IsDeadLetteredAndTheRestGoesOn()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        await cluster.StartReadyHostAsync();
        cluster.Item("a", 1);
        cluster.Produce("items", "p", "poison");
        cluster.Produce("items", null, """{"sku":"n"}""");
        cluster.Item("b", 1);
        cluster.FlushProducer();

        (await cluster.ReadUntilAsync(outputs => outputs.Count == 2)).Select(output => output.Key).ShouldBe(["a", "b"]);
        var dead = await cluster.ReadUntilAsync(outputs => outputs.Count == 2, "item-dead-letters");
        dead.Select(letter => (letter.Key, letter.Value, letter.Headers[HeaderNames.DeadLetterReason], letter.Headers[HeaderNames.DeadLetterPosition])).ShouldBe(
            [("p", "poison", "not valid JSON at byte 0: 'p' is an invalid start of a value.", cluster.Topic("items-0@1")), (null, """{"sku":"n"}""", "record has no key", cluster.Topic("items-0@2"))]);
    }

    [Fact]
    public async Task Stop_IsCleanAndTakesLessThanTenSeconds()
    {
        await using var cluster = new JoinCluster();
        var host = await cluster.StartReadyHostAsync(threads: 2);
        for (var sku = 0; sku < 500; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();
        await cluster.ReadUntilAsync(outputs => outputs.Count == 500);

        var started = System.Diagnostics.Stopwatch.StartNew();
        await host.StopAsync();
        started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));

        var next = await cluster.StartReadyHostAsync();
        next.Status.Threads.SelectMany(thread => thread.Tasks).Sum(task => task.Committed).ShouldBe(500);
        next.Status.Entities[cluster.Entity].Processed.ShouldBe(0);
        cluster.ReadAll().Count.ShouldBe(500);
    }

    [Fact]
    public async Task StopWhileBrokersAreDown_TakesLessThanTenSecondsAndNothingIsLost()
    {
        await using var cluster = new JoinCluster(partitions: 1);
        cluster.Options = cluster.Options with { DeliveryTimeout = TimeSpan.FromSeconds(60) };
        var host = await cluster.StartReadyHostAsync();
        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetRoundTrip(broker, TimeSpan.FromMilliseconds(300));
        for (var sku = 0; sku < 20; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();
        await cluster.UntilAsync(() => host.Status.Entities[cluster.Entity].Emitted > 0, "some are emitted");
        for (var broker = 1; broker <= 3; broker++) cluster.Kafka.SetBrokerDown(broker);

        var started = System.Diagnostics.Stopwatch.StartNew();
        await host.StopAsync();
        started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));

        for (var broker = 1; broker <= 3; broker++)
        {
            cluster.Kafka.SetBrokerUp(broker);
            cluster.Kafka.SetRoundTrip(broker, TimeSpan.Zero);
        }

        await cluster.StartHostAsync();
        await cluster.ReadUntilAsync(outputs => outputs.Select(output => output.Key).Distinct().Count() == 20);
    }

    private static void Feed(JoinCluster cluster, int items, int version)
    {
        for (var sku = 0; sku < items; sku++) cluster.Item($"s{sku}", version);
        cluster.FlushProducer();
    }

    private static List<JoinCluster.Output> LastOfEach(List<JoinCluster.Output> outputs) => [.. outputs.GroupBy(output => output.Key).Select(key => key.Last())];

    private static List<int> Partitions(EntitySync.JoinHost.JoinHostApplication host) => [.. host.Status.Threads.SelectMany(thread => thread.Tasks).Select(task => task.Partition)];
}

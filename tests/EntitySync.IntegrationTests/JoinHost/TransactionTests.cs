using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.JoinHost;

namespace EntitySync.IntegrationTests.JoinHost;

/// <summary>
/// Exactly-once and what can go wrong with a transaction. The embedded cluster commits no positions by transactions, so after an error all is done again there:
/// these tests show that nothing is lost and that each kind of error has its answer; <see cref="KilledJoinHostTests"/> shows on a real cluster that nothing comes twice.
/// </summary>
[Trait("Category", "Integration")]
public sealed class TransactionTests
{
    private const short AddPartitions = 24;
    private const short AddOffsets = 25;
    private const short EndTransaction = 26;
    private const short CommitOffsets = 28;
    private const short Produce = 0;
    private const short InitProducer = 22;
    private const short Heartbeat = 12;

    [Fact]
    public async Task Emissions_AreCommittedInTransactions()
    {
        await using var cluster = Cluster();
        var host = await cluster.StartReadyHostAsync();
        for (var sku = 0; sku < 50; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();

        (await cluster.ReadUntilAsync(outputs => outputs.Count == 50)).Select(output => output.Key).Order().ShouldBe(Enumerable.Range(0, 50).Select(sku => $"s{sku}").Order());
        await cluster.UntilAsync(() => host.Status.Threads[0].Tasks.Sum(task => task.Committed) == 50, "all is committed");
        host.Status.Threads[0].Transactions!.Committed.ShouldBeGreaterThan(0);
        host.Status.Threads[0].Transactions!.Aborted.ShouldBe(0);
    }

    [Theory]
    [InlineData(InitProducer, ErrorCode.NotCoordinatorForGroup, ErrorCode.GroupLoadInProgress)]
    [InlineData(AddPartitions, ErrorCode.NotCoordinatorForGroup, ErrorCode.ConcurrentTransactions)]
    [InlineData(AddOffsets, ErrorCode.NotCoordinatorForGroup, ErrorCode.GroupCoordinatorNotAvailable)]
    [InlineData(CommitOffsets, ErrorCode.NotCoordinatorForGroup, ErrorCode.GroupLoadInProgress)]
    [InlineData(EndTransaction, ErrorCode.NotCoordinatorForGroup, ErrorCode.GroupCoordinatorNotAvailable)]
    [InlineData(Produce, ErrorCode.RequestTimedOut, ErrorCode.NotLeaderForPartition)]
    public async Task CoordinatorOrLeaderMoves_TheSameTransactionGoesOn(short request, ErrorCode first, ErrorCode second)
    {
        await using var cluster = Cluster();
        cluster.Item("a", 1);
        cluster.Item("b", 1);
        cluster.FlushProducer();
        cluster.Kafka.PushRequestErrors(request, first, second);
        var host = await cluster.StartReadyHostAsync();

        (await cluster.ReadUntilAsync(outputs => outputs.Count == 2)).Select(output => output.Key).ShouldBe(["a", "b"]);
        await cluster.UntilAsync(() => host.Status.Threads[0].Transactions!.Committed > 0, "it is committed");
        host.Status.Threads[0].Transactions!.Aborted.ShouldBe(0);
        host.Status.Entities[cluster.Entity].Emitted.ShouldBe(2);
    }

    [Theory]
    [InlineData(CommitOffsets, ErrorCode.IllegalGeneration, true)]
    [InlineData(CommitOffsets, ErrorCode.UnknownMemberId, true)]
    [InlineData(AddPartitions, ErrorCode.TopicAuthorizationFailed, true)]
    [InlineData(Produce, ErrorCode.TopicAuthorizationFailed, true)]
    [InlineData(AddPartitions, ErrorCode.ProducerFenced, false)]
    [InlineData(EndTransaction, ErrorCode.ProducerFenced, false)]
    [InlineData(EndTransaction, ErrorCode.TransactionalIdAuthorizationFailed, false)]
    public async Task FencedOrBrokenTransaction_IsDoneAgain(short request, ErrorCode error, bool canAbort)
    {
        await using var cluster = Cluster();
        cluster.Item("a", 1);
        cluster.Item("b", 1);
        cluster.FlushProducer();
        cluster.Kafka.PushRequestErrors(request, error);
        var host = await cluster.StartHostAsync();

        await cluster.UntilAsync(() => host.Status.Threads[0].Transactions?.Committed > 0, "it is committed in the end");
        host.Status.Threads[0].Transactions!.Aborted.ShouldBe(canAbort ? 1 : 0);
        host.Status.Entities[cluster.Entity].Emitted.ShouldBeInRange(3, 4); // both again, and before it one or both
        cluster.ReadAll().Select(output => output.Key).Distinct().ShouldBe(["a", "b"]);
        cluster.Log.Lines.ShouldContain(line => line.Contains("Next attempt from the committed positions"));
    }

    [Fact]
    public async Task RecordThatTheTopicRefuses_GoesToTheDeadLettersWhenTheTransactionIsDoneAgain()
    {
        await using var cluster = Cluster();
        cluster.Item("big", 1);
        cluster.FlushProducer();
        cluster.Kafka.PushRequestErrors(Produce, ErrorCode.MsgSizeTooLarge);
        var host = await cluster.StartHostAsync();

        var dead = (await cluster.ReadUntilAsync(outputs => outputs.Count == 1, "item-dead-letters")).Single();
        dead.Key.ShouldBe("big");
        dead.Value.ShouldBe("""{"sku":"big","v":1}""");
        dead.Headers[HeaderNames.DeadLetterReason].ShouldStartWith("item-updates refuses the emission: MsgSizeTooLarge");
        dead.Headers[HeaderNames.DeadLetterPosition].ShouldBe("items-0@0");
        cluster.ReadAll().ShouldBeEmpty();
        host.Status.Entities[cluster.Entity].DeadLettered.ShouldBe(1);
    }

    [Fact]
    public async Task EmissionLargerThanTheTopicTakes_IsDeadLetteredBeforeItBreaksTheTransaction()
    {
        await using var cluster = Cluster();
        cluster.Options = cluster.Options with { MaximumRecordBytes = new Dictionary<string, int> { [cluster.Topic("item-updates")] = 100_000, [cluster.Topic("item-dead-letters")] = 150_000 } };
        var host = await cluster.StartReadyHostAsync();
        cluster.Item("a", 1);
        cluster.Produce("items", "big", Random("big", 120_000));
        cluster.Produce("items", "bigger", Random("bigger", 300_000));
        cluster.Item("compressible", 1, padding: 300_000);
        cluster.Item("b", 1);
        cluster.FlushProducer();

        (await cluster.ReadUntilAsync(outputs => outputs.Count == 3)).Select(output => output.Key).ShouldBe(["a", "compressible", "b"]);
        var dead = await cluster.ReadUntilAsync(outputs => outputs.Count == 2, "item-dead-letters");
        dead.Select(record => (record.Key, record.Value)).ShouldBe([("big", Random("big", 120_000)), ("bigger", Random("bigger", 300_000)[..(64 * 1024)])]);
        dead[0].Headers[HeaderNames.DeadLetterReason].ShouldMatch(
            @"^item-updates refuses the emission: its 1\d{5} bytes with key and headers are, even compressed, more than max\.message\.bytes=100000 of the topic; raise that, or take fewer rows or fields over \(limit, fields\)$");
        dead[1].Headers[HeaderNames.DeadLetterReason].ShouldEndWith("; first 65536 of 300000 bytes");
        dead.Select(record => record.Headers[HeaderNames.DeadLetterPosition]).ShouldBe(["items-0@1", "items-0@2"]);
        host.Status.Threads[0].Transactions!.Aborted.ShouldBe(0);
        host.Status.Entities[cluster.Entity].DeadLettered.ShouldBe(2);
    }

    [Fact]
    public async Task InternalTopicThatTakesTooLittle_IsNamedAtTheStart()
    {
        await using var cluster = new JoinCluster(partitions: 1, createTopics: false);
        cluster.Use(Strategy.Shuffle);
        cluster.Options = cluster.Options with { MaximumRecordBytes = new Dictionary<string, int> { [$"{cluster.Entity}-deliveryClass-answers"] = 500_000 } };
        var host = await cluster.StartHostAsync();
        await cluster.UntilAsync(() => host.Status.Threads[0].Reason is not null, "the reason is shown");
        host.Status.Threads[0].Reason.ShouldBe($"topic '{cluster.Entity}-deliveryClass-answers' has max.message.bytes=500000: internal records may have 954368 bytes");
    }

    [Theory]
    [InlineData(ProcessingGuarantee.ExactlyOnce)]
    [InlineData(ProcessingGuarantee.AtLeastOnce)]
    public async Task GroupLost_IsJoinedAgainAndNothingIsLost(ProcessingGuarantee guarantee)
    {
        await using var cluster = new JoinCluster(partitions: 2, guarantee: guarantee);
        var host = await cluster.StartReadyHostAsync();
        for (var sku = 0; sku < 100; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();
        cluster.Kafka.PushRequestErrors(Heartbeat, ErrorCode.UnknownMemberId);
        await cluster.UntilAsync(() => cluster.Log.Lines.Any(line => line.Contains("Lost ")), "the partitions are lost");
        for (var sku = 100; sku < 200; sku++) cluster.Item($"s{sku}", 1);
        cluster.FlushProducer();

        await cluster.ReadUntilAsync(outputs => outputs.Select(output => output.Key).Distinct().Count() == 200);
        await cluster.UntilAsync(() => host.Status.IsReady, "it is ready again");
    }

    /// <summary>A document of so many bytes that compression does not make much smaller.</summary>
    private static string Random(string sku, int bytes)
    {
        var head = $"{{\"sku\":\"{sku}\",\"r\":\"";
        return head + new Random(bytes).GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bytes - head.Length - 2) + "\"}";
    }

    private static JoinCluster Cluster() => new(partitions: 1, guarantee: ProcessingGuarantee.ExactlyOnce);
}

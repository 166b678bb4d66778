using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using EntitySync.Core.State;
using EntitySync.Local.EventSources;
using EntitySync.Local.Template;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Local;

[Trait("Category", "Integration")]
public sealed class EventSourcesKafkaTests(LocalPartsFixture parts)
{
    private readonly string _topic = LocalPartsFixture.Unique("updates");
    private readonly string _group = LocalPartsFixture.Unique("group");
    private readonly DiscardedRecords _discarded = new();
    private int _produced;

    [Fact]
    public async Task Records_ArriveOnceInOrderOfTheirPartition()
    {
        await ProduceAsync(count: 600, partitions: 3);
        var function = new ScriptedFunction((_, _) => ScriptedFunction.Done);
        await using (var source = Start(function))
        {
            await ScriptedFunction.UntilAsync(() => source.Status.Delivered >= 600, "600 records delivered");
            await ScriptedFunction.UntilAsync(() => source.Status.Waiting == 0, "nothing waits");
        }

        foreach (var partition in Seen(function).GroupBy(record => record.Partition))
            partition.Select(record => record.Offset).ShouldBe(Enumerable.Range(0, partition.Count()).Select(offset => (long)offset));
        Seen(function).Select(record => record.Value).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 600).Select(i => $"v{i}").Order(StringComparer.Ordinal));
        function.Events.ShouldAllBe(received => received["records"]!.AsObject().Sum(partition => partition.Value!.AsArray().Count) <= 100);

        // Offsets were committed: the next start finds nothing.
        var next = new ScriptedFunction((_, _) => ScriptedFunction.Done);
        await using var again = Start(next);
        await ProduceAsync(count: 1, partitions: 3);
        await ScriptedFunction.UntilAsync(() => again.Status.Delivered >= 1, "the new record delivered");
        Seen(next).Count.ShouldBe(1);
    }

    [Fact]
    public async Task PartialResponse_GoesOnFromTheNamedOffset()
    {
        await ProduceAsync(count: 10, partitions: 1);
        var failure = $$$"""{"batchItemFailures":[{"itemIdentifier":{"partition":"{{{_topic}}}-0","offset":4}}]}""";
        var function = new ScriptedFunction((_, number) => number == 1 ? ScriptedFunction.Answer(failure) : ScriptedFunction.Done);
        await using var source = Start(function);
        await ScriptedFunction.UntilAsync(() => source.Status.Delivered >= 10, "10 records delivered");
        function.Events.Select(Offsets).ShouldBe(["0 1 2 3 4 5 6 7 8 9", "4 5 6 7 8 9"]);
        (source.Status.FailedInvocations, source.Status.Discarded).ShouldBe((1, 0));
    }

    [Fact]
    public async Task RecordTheFunctionDiesOf_GoesToTheOnFailureTopicAndTheRestArrives()
    {
        await ProduceAsync(count: 8, partitions: 1);
        var function = new ScriptedFunction((received, _) => Offsets(received).Split(' ').Contains("5") ? ScriptedFunction.Error("poison") : ScriptedFunction.Done);
        await using var source = Start(function, retries: 1);
        await ScriptedFunction.UntilAsync(() => source.Status is { Delivered: 7, Discarded: 1 }, "7 records delivered and 1 discarded");

        var record = _discarded.Written.ShouldHaveSingleItem();
        (record.Topic, Encoding.UTF8.GetString(record.Value!.Value.Span)).ShouldBe(("dead-letters", "v5"));
        record.Headers.Select(header => $"{header.Name}={Encoding.UTF8.GetString(header.Value.Span)}").ShouldBe(
        [
            "number=5",
            "entitysync-dead-letter-reason=InvalidOperationException: poison",
            $"entitysync-dead-letter-position={_topic}-0@5",
            "entitysync-dead-letter-stage=SampleFunction",
        ]);
    }

    [Fact]
    public async Task StopInTheMiddle_LosesNothing()
    {
        await ProduceAsync(count: 300, partitions: 3);
        var blocked = new ScriptedFunction((_, number) => number == 1 ? ScriptedFunction.Done : ScriptedFunction.Error("down"));
        await using (var source = Start(blocked, retries: null))
            await ScriptedFunction.UntilAsync(() => source.Status.FailedInvocations > 0, "a failed invocation");

        var function = new ScriptedFunction((_, _) => ScriptedFunction.Done);
        await using var again = Start(function);
        var done = Seen(blocked).Take(100).Select(record => record.Value).ToHashSet();
        await ScriptedFunction.UntilAsync(() => Seen(function).Select(record => record.Value).Concat(done).Distinct().Count() == 300, "all 300 records delivered");
    }

    [Fact]
    public async Task PartitionsThatMoveToAnotherReader_LoseNothing()
    {
        var seen = new ConcurrentDictionary<string, int>();
        var function = new ScriptedFunction((received, _) =>
        {
            foreach (var record in Records(received)) seen.AddOrUpdate(record.Value, 1, (_, times) => times + 1);
            return ScriptedFunction.Done;
        });
        await ProduceAsync(count: 300, partitions: 4);
        await using var first = Start(function);
        await ScriptedFunction.UntilAsync(() => first.Status.Delivered > 0, "the first reader works");
        await using var second = Start(function);
        await ProduceUntilAsync(() => second.Status.Delivered > 0, from: 300);
        await ScriptedFunction.UntilAsync(() => seen.Count == _produced, "all records delivered");
    }

    private async Task ProduceUntilAsync(Func<bool> condition, int from)
    {
        using var producer = Producer();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = from; !condition() && i < from + 3000; i++)
        {
            await producer.ProduceAsync(new TopicPartition(_topic, i % 4), new Message<string, string> { Key = "k", Value = $"v{i}" });
            _produced++;
            await timer.WaitForNextTickAsync();
        }

        condition().ShouldBeTrue();
    }

    private async Task ProduceAsync(int count, int partitions)
    {
        await parts.CreateTopicAsync(_topic, partitions);
        using var producer = Producer();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => producer.ProduceAsync(
            new TopicPartition(_topic, i % partitions), new Message<string, string> { Key = $"k{i}", Value = $"v{i}", Headers = [new Header("number", Encoding.UTF8.GetBytes($"{i}"))] })));
        _produced += count;
    }

    private IProducer<string, string> Producer() => new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = parts.KafkaBootstrapServers, EnableIdempotence = true }).Build();

    private KafkaEventSource Start(ScriptedFunction function, int? retries = 3)
    {
        var batch = new BatchSettings("Sample", "SampleFunction", 100, TimeSpan.FromMilliseconds(300), ReportBatchItemFailures: true, BisectBatchOnFunctionError: true, retries, MaximumRecordAge: null);
        var settings = new KafkaEventSettings(batch, _topic, _group, FromBeginning: true, Pollers: 1, OnFailureTopic: "dead-letters");
        return KafkaEventSource.Start(settings, new KafkaSourceCluster(parts.KafkaConnection), function, _discarded, TimeProvider.System, NullLogger<KafkaEventSource>.Instance);
    }

    private static List<(int Partition, long Offset, string Value)> Seen(ScriptedFunction function) => [.. function.Events.SelectMany(Records)];

    private static IEnumerable<(int Partition, long Offset, string Value)> Records(JsonNode received) =>
        from partition in received["records"]!.AsObject()
        from record in partition.Value!.AsArray()
        select ((int)record["partition"]!, (long)record["offset"]!, Encoding.UTF8.GetString(Convert.FromBase64String(record["value"]!.ToString())));

    private static string Offsets(JsonNode received) => string.Join(' ', Records(received).Select(record => record.Offset));

    private sealed class DiscardedRecords : ITopicWriter
    {
        public ConcurrentQueue<OutgoingRecord> Written { get; } = new();

        public Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
        {
            foreach (var record in records) Written.Enqueue(record);
            return Task.FromResult<IReadOnlyList<WriteResult>>([.. records.Select(_ => new WriteResult(WriteOutcome.Written))]);
        }
    }
}

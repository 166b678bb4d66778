using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;
using EntitySync.Local.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.Kafka;

[Trait("Category", "Integration")]
public sealed class KafkaTopicWriterTests : IDisposable
{
    private readonly EmbeddedKafka _kafka = new();

    public KafkaTopicWriterTests() => _kafka.CreateTopic("out", 4);

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task Records_ArriveWithKeyValueHeadersInTheirPartition()
    {
        using var writer = Writer();
        var results = await writer.WriteAsync(
            [Record("abc", "1"), Record("abc", null), Record(null, "2"), Record("abc", "3") with { Partition = 1 }, Record("abc", "4") with { Headers = [RecordHeader.Text("h", "v")] }],
            CancellationToken.None);

        results.ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
        var read = ReadAll(5);
        var own = Murmur2Partitioner.PartitionFor("abc"u8, 4);
        read.Where(result => result.Message.Key == "abc" && result.Partition == own).Select(result => result.Message.Value).ShouldBe(["1", null, "4"]);
        read.Single(result => result.Message.Value == "3").Partition.Value.ShouldBe(1);
        read.Single(result => result.Message.Value == "2").Message.Key.ShouldBeNull();
        read.Single(result => result.Message.Value == "4").Message.Headers.Select(header => (header.Key, Encoding.UTF8.GetString(header.GetValueBytes()))).ShouldBe([("h", "v")]);
    }

    [Fact]
    public async Task TransientBrokerErrors_AreRetriedInOrder()
    {
        using var writer = Writer();
        (await writer.WriteAsync([Record("k", "0")], CancellationToken.None)).Single().Outcome.ShouldBe(WriteOutcome.Written);
        _kafka.PushRequestErrors(0, ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut, ErrorCode.NotEnoughReplicas);
        var results = await writer.WriteAsync([.. Enumerable.Range(1, 200).Select(number => Record("k", $"{number}"))], CancellationToken.None);

        results.ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
        ReadAll(201).Select(result => result.Message.Value).ShouldBe(Enumerable.Range(0, 201).Select(number => $"{number}"));
    }

    [Fact]
    public async Task RefusedRecord_DoesNotStopTheOthers()
    {
        using var writer = Writer();
        var tooLarge = new OutgoingRecord { Topic = "out", Key = "k"u8.ToArray(), Value = new byte[KafkaClientConfig.MaxMessageBytes + 1] };
        var results = await writer.WriteAsync([Record("k", "1"), tooLarge, Record("k", "2")], CancellationToken.None);

        results.Select(result => result.Outcome).ShouldBe([WriteOutcome.Written, WriteOutcome.Refused, WriteOutcome.Written]);
        ReadAll(2).Select(result => result.Message.Value).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task BrokersDown_FailsInTimeAndTheNextCallWorks()
    {
        using var writer = Writer(TimeSpan.FromSeconds(2));
        await writer.WriteAsync([Record("k", "0")], CancellationToken.None);
        for (var broker = 1; broker <= 3; broker++) _kafka.SetBrokerDown(broker);
        var started = Stopwatch.StartNew();
        var results = await writer.WriteAsync([Record("k", "1"), Record("k", "2")], CancellationToken.None);
        started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        results.Select(result => result.Outcome).ShouldBe([WriteOutcome.Failed, WriteOutcome.Failed]);

        for (var broker = 1; broker <= 3; broker++) _kafka.SetBrokerUp(broker);
        WriteResult again;
        do again = (await writer.WriteAsync([Record("k", "1")], CancellationToken.None)).Single();
        while (again.Outcome != WriteOutcome.Written && started.Elapsed < TimeSpan.FromSeconds(40));
        again.Outcome.ShouldBe(WriteOutcome.Written);
    }

    [Fact]
    public async Task Cancellation_EndsTheWait()
    {
        using var writer = Writer();
        for (var broker = 1; broker <= 3; broker++) _kafka.SetBrokerDown(broker);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Should.ThrowAsync<OperationCanceledException>(() => writer.WriteAsync([Record("k", "1")], cancel.Token));
        for (var broker = 1; broker <= 3; broker++) _kafka.SetBrokerUp(broker);
    }

    [Fact]
    public async Task MoreThanTheQueueHolds_Waits()
    {
        using var writer = Writer();
        var records = Enumerable.Range(0, 150_000).Select(number => Record($"{number % 97}", "")).ToList();
        (await writer.WriteAsync(records, CancellationToken.None)).ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
    }

    private KafkaTopicWriter Writer(TimeSpan? deliveryTimeout = null) => new(
        new KafkaConnection(new EntitySyncSettings { KafkaBootstrapServers = _kafka.BootstrapServers, KafkaSecurityProtocol = "plaintext" }), NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System, deliveryTimeout);

    private static OutgoingRecord Record(string? key, string? value) => new()
    {
        Topic = "out",
        Key = OptionalBytes.From(key is null ? null : Encoding.UTF8.GetBytes(key)),
        Value = OptionalBytes.From(value is null ? null : Encoding.UTF8.GetBytes(value)),
    };

    private List<ConsumeResult<string?, string?>> ReadAll(int count)
    {
        var config = new ConsumerConfig { BootstrapServers = _kafka.BootstrapServers, GroupId = "reader", EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<string?, string?>(config).Build();
        consumer.Assign(Enumerable.Range(0, 4).Select(partition => new TopicPartitionOffset("out", partition, Offset.Beginning)));
        return [.. Enumerable.Range(0, count).Select(_ => consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException("Fewer records than expected."))];
    }
}

using System.Text;
using Confluent.Kafka;
using EntitySync.Local.Kafka;

namespace EntitySync.IntegrationTests.Local;

[Trait("Category", "Integration")]
public sealed class EmbeddedKafkaTests : IDisposable
{
    private const short ProduceKey = 0;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly EmbeddedKafka _kafka = new();

    // The hashes are those that the Java client's own tests name; the partition is their positive value modulo 7.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("abc", 479470107)]
    public async Task Murmur2Key_LandsWhereJavaPutsIt(string key, int murmur2)
    {
        _kafka.CreateTopic("items", 7);
        using var producer = Producer();
        var written = await producer.ProduceAsync("items", new Message<string, string> { Key = key, Value = "x" });
        written.Partition.Value.ShouldBe((murmur2 & int.MaxValue) % 7);
    }

    [Fact]
    public async Task Records_ComeBackInOrderWithKeysHeadersAndTombstones()
    {
        _kafka.CreateTopic("items", 1);
        using (var producer = Producer())
        {
            await producer.ProduceAsync("items", new Message<string, string> { Key = "a", Value = "1", Headers = [new Header("root", Encoding.UTF8.GetBytes("items-0@7"))] });
            await producer.ProduceAsync("items", new Message<string, string> { Key = "b", Value = null! });
        }

        using var consumer = Consumer("items");
        var records = Consume(consumer, 2);
        records.Select(record => (record.Message.Key, (string?)record.Message.Value, record.Offset.Value)).ShouldBe([("a", "1", 0), ("b", null, 1)]);
        Encoding.UTF8.GetString(records[0].Message.Headers.GetLastBytes("root")).ShouldBe("items-0@7");
        consumer.Close();
    }

    [Fact]
    public async Task InjectedProduceErrors_AreRetriedByTheClient()
    {
        _kafka.CreateTopic("items", 1);
        _kafka.PushRequestErrors(ProduceKey, ErrorCode.NotLeaderForPartition, ErrorCode.RequestTimedOut);
        using var producer = Producer();
        var written = await producer.ProduceAsync("items", new Message<string, string> { Key = "a", Value = "1" });
        (written.Status, written.Offset.Value).ShouldBe((PersistenceStatus.Persisted, 0));
    }

    [Fact]
    public async Task InjectedFinalError_ReachesTheCaller()
    {
        _kafka.CreateTopic("items", 1);
        _kafka.PushRequestErrors(ProduceKey, ErrorCode.TopicAuthorizationFailed);
        using var producer = Producer();
        var failure = await Should.ThrowAsync<ProduceException<string, string>>(() => producer.ProduceAsync("items", new Message<string, string> { Key = "a", Value = "1" }));
        failure.Error.Code.ShouldBe(ErrorCode.TopicAuthorizationFailed);
    }

    [Fact]
    public async Task LeaderMovedFromADeadBroker_ProducesGoOn()
    {
        _kafka.CreateTopic("items", 1);
        _kafka.SetPartitionLeader("items", 0, 1);
        using var producer = Producer();
        await producer.ProduceAsync("items", new Message<string, string> { Key = "a", Value = "1" });
        _kafka.SetBrokerDown(1);
        _kafka.SetPartitionLeader("items", 0, 2);
        var written = await producer.ProduceAsync("items", new Message<string, string> { Key = "a", Value = "2" });
        written.Offset.Value.ShouldBe(1);
    }

    [Fact]
    public void TopicMadeTwice_KeepsItsPartitions()
    {
        _kafka.CreateTopic("items", 4);
        _kafka.CreateTopic("items", 4);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _kafka.BootstrapServers }).Build();
        admin.GetMetadata("items", Deadline).Topics.ShouldHaveSingleItem().Partitions.Count.ShouldBe(4);
        Should.Throw<ArgumentException>(() => _kafka.CreateTopic("items", 5)).Message.ShouldContain("4 partitions");
    }

    [Fact]
    public void TwoMembersOfAGroup_ShareThePartitions()
    {
        _kafka.CreateTopic("items", 4);
        using var first = Consumer("items");
        using var second = Consumer("items");
        WaitUntil(() =>
        {
            first.Consume(TimeSpan.FromMilliseconds(50));
            second.Consume(TimeSpan.FromMilliseconds(50));
            return first.Assignment.Count == 2 && second.Assignment.Count == 2;
        });
        first.Assignment.Concat(second.Assignment).Select(partition => partition.Partition.Value).Order().ShouldBe([0, 1, 2, 3]);
        // A consumer that is disposed in the middle of a rebalance without being closed hangs in the native library.
        second.Close();
        first.Close();
    }

    public void Dispose() => _kafka.Dispose();

    private IProducer<string, string> Producer() => new ProducerBuilder<string, string>(new ProducerConfig
    {
        BootstrapServers = _kafka.BootstrapServers,
        Partitioner = Partitioner.Murmur2Random,
        Acks = Acks.All,
        LingerMs = 0,
        RetryBackoffMs = 10,
    }).Build();

    private IConsumer<string, string> Consumer(string topic)
    {
        var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = _kafka.BootstrapServers,
            GroupId = "readers",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            HeartbeatIntervalMs = 200,
            SessionTimeoutMs = 6000,
        }).Build();
        consumer.Subscribe(topic);
        return consumer;
    }

    private static List<ConsumeResult<string, string>> Consume(IConsumer<string, string> consumer, int count)
    {
        var records = new List<ConsumeResult<string, string>>();
        WaitUntil(() =>
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { Message: not null } record) records.Add(record);
            return records.Count == count;
        });
        return records;
    }

    private static void WaitUntil(Func<bool> condition)
    {
        var end = DateTime.UtcNow + Deadline;
        while (!condition()) (DateTime.UtcNow < end).ShouldBeTrue("the condition was not met in time");
    }
}

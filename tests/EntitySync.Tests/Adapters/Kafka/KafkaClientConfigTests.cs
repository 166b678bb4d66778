using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;

namespace EntitySync.Tests.Adapters.Kafka;

public sealed class KafkaClientConfigTests
{
    private static readonly KafkaConnection Connection = new(new EntitySyncSettings { KafkaBootstrapServers = "one:9092,two:9092" });

    [Fact]
    public void Producer_IsIdempotentAndPartitionsAsJavaClientsDo()
    {
        var config = KafkaClientConfig.Producer(Connection, TimeSpan.FromSeconds(30));

        config.BootstrapServers.ShouldBe("one:9092,two:9092");
        config.SecurityProtocol.ShouldBe(SecurityProtocol.Ssl);
        config.EnableIdempotence.ShouldBe(true);
        config.Acks.ShouldBe(Acks.All);
        config.Get("partitioner").ShouldBe("murmur2_random");
        config.MessageMaxBytes.ShouldBe(8 * 1024 * 1024);
        config.MessageTimeoutMs.ShouldBe(30_000);
    }

    [Fact]
    public void Consumer_ReadsCommittedRecordsAndCommitsOnlyWhenTold()
    {
        var config = KafkaClientConfig.Consumer(Connection, "group");

        config.GroupId.ShouldBe("group");
        config.EnableAutoCommit.ShouldBe(false);
        config.AutoOffsetReset.ShouldBe(AutoOffsetReset.Earliest);
        config.IsolationLevel.ShouldBe(IsolationLevel.ReadCommitted);
    }
}

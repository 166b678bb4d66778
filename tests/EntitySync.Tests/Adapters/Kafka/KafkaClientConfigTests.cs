using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Errors;

namespace EntitySync.Tests.Adapters.Kafka;

public sealed class KafkaClientConfigTests
{
    private static readonly EntitySyncSettings Settings = new() { KafkaBootstrapServers = "one:9092,two:9092" };

    [Fact]
    public void Producer_IsIdempotentAndPartitionsAsJavaClientsDo()
    {
        var config = KafkaClientConfig.Producer(Settings, TimeSpan.FromSeconds(30));

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
        var config = KafkaClientConfig.Consumer(Settings, "group");

        config.GroupId.ShouldBe("group");
        config.EnableAutoCommit.ShouldBe(false);
        config.AutoOffsetReset.ShouldBe(AutoOffsetReset.Earliest);
        config.IsolationLevel.ShouldBe(IsolationLevel.ReadCommitted);
    }

    [Theory]
    [InlineData("", "ssl", "KAFKA_BOOTSTRAP_SERVERS is not set.")]
    [InlineData("one:9092", "tls", "KAFKA_SECURITY_PROTOCOL is 'tls'; allowed: plaintext, ssl, sasl_ssl, sasl_plaintext.")]
    public void WrongSetting_IsNamed(string servers, string protocol, string message) =>
        Should.Throw<InvalidRequestException>(() => KafkaClientConfig.Admin(new EntitySyncSettings { KafkaBootstrapServers = servers, KafkaSecurityProtocol = protocol })).Message.ShouldBe(message);
}

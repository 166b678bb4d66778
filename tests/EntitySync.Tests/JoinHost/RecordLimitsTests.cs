using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.JoinHost;

namespace EntitySync.Tests.JoinHost;

public sealed class RecordLimitsTests
{
    private const int Limit = 10_000;
    private static readonly RecordLimits Limits = new(new Dictionary<string, int> { ["out"] = Limit, ["wide"] = 20_000_000 });

    [Fact]
    public void RecordWithinTheLimit_IsTaken()
    {
        Limits.Refusal("out", [1], Incompressible(Limit - 200), Header(10)).ShouldBeNull();
        Limits.Refusal("out", [1], null, null).ShouldBeNull();
    }

    [Fact]
    public void RecordOfTopicWithoutKnownLimit_IsTaken() => Limits.Refusal("other", [1], Incompressible(100 * Limit), null).ShouldBeNull();

    [Theory]
    [InlineData(30_000, 1, 1)]
    [InlineData(9_000, 15_000, 1)]
    [InlineData(9_000, 1, 15_000)]
    public void RecordThatNoCompressionMakesSmallEnough_IsRefusedWithTheWayOut(int value, int key, int header)
    {
        var headers = Header(header);
        headers.Add("other", [1, 2]);
        Limits.Refusal("out", new byte[key], Incompressible(value), headers).ShouldBe(
            $"its {61 + 36 + value + key + "name".Length + header + 4 + "other".Length + 2 + 4} bytes with key and headers are, even compressed, more than max.message.bytes=10000 of the topic; "
            + "raise that, or take fewer rows or fields over (limit, fields)");
    }

    [Fact]
    public void RecordThatCompressionMakesSmallEnough_IsLeftToTheTopic() => Limits.Refusal("out", [1], new byte[20 * Limit], null).ShouldBeNull();

    [Fact]
    public void Client_SendsWhatTheWidestTopicTakes_InBatchesThatTheNarrowestTakes()
    {
        (Limits.LargestRecordBytes, Limits.BatchBytes).ShouldBe((20_000_000, Limit));
        (RecordLimits.None.LargestRecordBytes, RecordLimits.None.BatchBytes).ShouldBe((KafkaClientConfig.MaxMessageBytes, 1_000_000));
    }

    private static Headers Header(int bytes) => new() { { "name", new byte[bytes] } };

    private static byte[] Incompressible(int bytes)
    {
        var value = new byte[bytes];
        new Random(1).NextBytes(value);
        return value;
    }
}

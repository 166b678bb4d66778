using System.Text;
using EntitySync.Core.State;
using EntitySync.Local.EventSources;
using EntitySync.Local.StepFunctions;
using LambdaKafkaEvent = Amazon.Lambda.KafkaEvents.KafkaEvent;

namespace EntitySync.Tests.Local;

public sealed class KafkaEventTests
{
    [Fact]
    public void Event_IsTheOneLambdaSends() =>
        Encoding.UTF8.GetString(KafkaEventJson.Write("arn:cluster", "b1:9092", [Record("t-x", 0, 5, "k", "v", ("h", [1, 200]), ("h", [])), Record("t-x", 3, 7, null, null)])).ShouldBe(
            """{"eventSource":"aws:kafka","eventSourceArn":"arn:cluster","bootstrapServers":"b1:9092","records":{"t-x-0":[{"topic":"t-x","partition":0,"offset":5,"timestamp":1700000000123,"timestampType":"CREATE_TIME","key":"aw==","value":"dg==","headers":[{"h":[1,-56]},{"h":[]}]}],"t-x-3":[{"topic":"t-x","partition":3,"offset":7,"timestamp":1700000000123,"timestampType":"CREATE_TIME","key":null,"value":null,"headers":[]}]}}""");

    [Fact]
    public void Event_IsReadByTheEventsPackage()
    {
        var json = KafkaEventJson.Write("arn:cluster", "b1:9092", [Record("t", 0, 5, "k", "v", ("h", [200]))]);
        var read = new Amazon.Lambda.Serialization.SystemTextJson.DefaultLambdaJsonSerializer().Deserialize<LambdaKafkaEvent>(new MemoryStream(json));
        var record = read.Records["t-0"].ShouldHaveSingleItem();
        (record.Topic, record.Partition, record.Offset, record.Timestamp, record.Key).ShouldBe(("t", 0, 5L, 1700000000123L, "aw=="));
        Encoding.UTF8.GetString(record.Value.ToArray()).ShouldBe("v");
        record.Headers.ShouldHaveSingleItem()["h"].ShouldBe([unchecked((sbyte)200)]);
    }

    [Fact]
    public void EventBytes_NeverBelowTheRealSize()
    {
        var random = new Random(7);
        var records = Enumerable.Range(0, 200).Select(i => Record("topic", i % 12, i, new string('k', random.Next(40)), new string('v', random.Next(2000)), ("name", new byte[random.Next(50)]))).ToList();
        KafkaEventJson.Write("arn", "b", records).Length.ShouldBeLessThan(records.Sum(record => record.EventBytes) + 1024);
    }

    [Theory]
    [InlineData("""{"batchItemFailures":[]}""", "")]
    [InlineData("""{"batchItemFailures":null}""", "")]
    [InlineData("{}", "")]
    [InlineData("null", "")]
    [InlineData("", "")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":2}}]}""", "t-0@2")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-1","offset":9}}]}""", "t-1@9 t-1@10")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":1}},{"itemIdentifier":{"partition":"t-1","offset":10}}]}""", "t-0@1 t-0@2 t-1@10")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":2}},{"itemIdentifier":{"partition":"t-0","offset":1}}]}""", "t-0@1 t-0@2")]
    public void Response_TellsWhereEachPartitionGoesOn(string response, string remaining)
    {
        var outcome = Outcome(response);
        string.Join(' ', outcome.Remaining.Select(record => record.Position)).ShouldBe(remaining);
        outcome.IsFunctionError.ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":7}}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-5","offset":1}}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":1}},{"itemIdentifier":{"partition":"other-0","offset":1}}]}""")]
    public void UnknownIdentifier_BringsTheWholeBatchAgain(string response)
    {
        var outcome = Outcome(response);
        outcome.Remaining.ShouldBe(Batch);
        outcome.IsFunctionError.ShouldBeFalse();
        outcome.Reason!.ShouldContain("not in the batch");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("\"done\"")]
    [InlineData("""{"batchItemFailures":{}}""")]
    [InlineData("""{"batchItemFailures":[{}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":null}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":"t-0@1"}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"topic-partition":"t-0","offset":1}}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":"1"}}]}""")]
    public void MalformedResponse_IsAFailureOfTheBatch(string response)
    {
        var outcome = Outcome(response);
        outcome.Remaining.ShouldBe(Batch);
        outcome.IsFunctionError.ShouldBeTrue();
    }

    [Fact]
    public void FunctionError_IsAFailureOfTheBatch()
    {
        var result = new LambdaResult("""{"errorType":"TransientException","errorMessage":"no broker"}"""u8.ToArray(), "Unhandled");
        var outcome = KafkaResponse.Outcome(Batch, result, partialResponses: true);
        (outcome.IsFunctionError, outcome.Reason).ShouldBe((true, "TransientException: no broker"));
        outcome.Remaining.ShouldBe(Batch);
    }

    [Fact]
    public void WithoutPartialResponses_EveryAnswerMeansDone() =>
        KafkaResponse.Outcome(Batch, new LambdaResult("""{"batchItemFailures":[{"itemIdentifier":{"partition":"t-0","offset":1}}]}"""u8.ToArray(), null), partialResponses: false)
            .Remaining.ShouldBeEmpty();

    private static KafkaRecord[] Batch { get; } =
        [Record("t", 0, 1, "a", "1"), Record("t", 0, 2, "b", "2"), Record("t", 1, 9, "c", "3"), Record("t", 1, 10, "d", "4")];

    private static DeliveryOutcome<KafkaRecord> Outcome(string response) =>
        KafkaResponse.Outcome(Batch, new LambdaResult(Encoding.UTF8.GetBytes(response), null), partialResponses: true);

    private static KafkaRecord Record(string topic, int partition, long offset, string? key, string? value, params (string Name, byte[] Value)[] headers) => new(
        new Position(topic, partition, offset), 1700000000123, IsLogAppendTime: false, Bytes(key), Bytes(value), [.. headers.Select(header => new RecordHeader(header.Name, header.Value))]);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}

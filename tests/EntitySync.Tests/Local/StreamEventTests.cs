using System.Text;
using Amazon.Lambda.DynamoDBEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using EntitySync.Local.EventSources;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Tests.Local;

public sealed class StreamEventTests
{
    private const string Change = """{"ApproximateCreationDateTime":1.7000000005E9,"Keys":{"name":{"S":"a\/b"}},"NewImage":{"n":{"N":"0.10000000000000000000000000000000000001"}},"SequenceNumber":"000000000000000000001","SizeBytes":12,"StreamViewType":"NEW_AND_OLD_IMAGES"}""";
    private const string EventRecord = """{"awsRegion":"ddblocal","eventID":"e1","eventName":"INSERT","eventSource":"aws:dynamodb","eventVersion":"1.1","dynamodb":""" + Change + "}";

    [Fact]
    public void Page_GivesRecordsAndNextIterator()
    {
        var page = Page($$"""{"NextShardIterator":"it","Other":{"x":[1]},"Records":[{{EventRecord}},{{EventRecord.Replace("0001\"", "0002\"", StringComparison.Ordinal)}}]}""");
        page.NextIterator.ShouldBe("it");
        page.Records.Select(record => record.SequenceNumber).ShouldBe(["000000000000000000001", "000000000000000000002"]);
        page.Records[0].CreatedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1700000000500));
    }

    [Fact]
    public void DeepestRowThatDynamoDbKeeps_ComesThroughWhole()
    {
        var change = $$"""{"NewImage":{"x":{{Nested("""{"M":{"x":""", 32)}}{"S":"1"}{{Nested("}}", 32)}}},"SequenceNumber":"7"}""";
        var page = Page($$"""{"Records":[{"eventID":"e1","dynamodb":{{change}}}]}""");
        page.Records.ShouldHaveSingleItem().SequenceNumber.ShouldBe("7");
        Encoding.UTF8.GetString(StreamEventJson.Write("arn:stream", page.Records)).ShouldBe($$"""{"Records":[{"eventID":"e1","dynamodb":{{change}},"eventSourceARN":"arn:stream"}]}""");

        static string Nested(string part, int levels) => string.Concat(Enumerable.Repeat(part, levels));
    }

    [Theory]
    [InlineData("""{"Records":[]}""")]
    [InlineData("""{"Records":[],"NextShardIterator":null}""")]
    public void LastPageOfAShard_HasNoNextIterator(string answer) => Page(answer).NextIterator.ShouldBeNull();

    [Fact]
    public void Event_KeepsTheRecordByteForByteAndAddsTheArn() =>
        Encoding.UTF8.GetString(StreamEventJson.Write("arn:stream", Page($$"""{"Records":[{{EventRecord}}]}""").Records)).ShouldBe(
            """{"Records":[{"awsRegion":"ddblocal","eventID":"e1","eventName":"INSERT","eventSource":"aws:dynamodb","eventVersion":"1.1","dynamodb":"""
            + Change.Replace("1.7000000005E9", "1700000000", StringComparison.Ordinal) + ""","eventSourceARN":"arn:stream"}]}""");

    [Fact]
    public void Event_IsReadByTheEventsPackage()
    {
        var json = StreamEventJson.Write("arn:stream", Page($$"""{"Records":[{{EventRecord}}]}""").Records);
        var record = new DefaultLambdaJsonSerializer().Deserialize<DynamoDBEvent>(new MemoryStream(json)).Records.ShouldHaveSingleItem();
        (record.EventName, record.EventSourceArn, record.Dynamodb.SequenceNumber).ShouldBe(("INSERT", "arn:stream", "000000000000000000001"));
        record.Dynamodb.Keys["name"].S.ShouldBe("a/b");
        record.Dynamodb.NewImage["n"].N.ShouldBe("0.10000000000000000000000000000000000001");
        record.Dynamodb.OldImage.ShouldBeNull();
        record.Dynamodb.ApproximateCreationDateTime.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1700000000).UtcDateTime);
    }

    [Theory]
    [InlineData("""{"batchItemFailures":[]}""", "", false)]
    [InlineData("null", "", false)]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":"2"}]}""", "2 3", false)]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":"3"},{"itemIdentifier":"1"}]}""", "1 2 3", false)]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":"9"}]}""", "1 2 3", false)]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":""}]}""", "1 2 3", true)]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":7}]}""", "1 2 3", true)]
    [InlineData("""{"batchItemFailures":[{"id":"2"}]}""", "1 2 3", true)]
    public void Response_GoesOnFromTheEarliestFailure(string response, string remaining, bool functionError)
    {
        StreamRecord[] batch = [.. new[] { "1", "2", "3" }.Select(sequence => new StreamRecord(sequence, DateTimeOffset.UnixEpoch, ReadOnlyMemory<byte>.Empty))];
        var outcome = StreamResponse.Outcome(batch, new LambdaResult(Encoding.UTF8.GetBytes(response), null), partialResponses: true);
        string.Join(' ', outcome.Remaining.Select(record => record.SequenceNumber)).ShouldBe(remaining);
        outcome.IsFunctionError.ShouldBe(functionError);
    }

    private static StreamPage Page(string answer) => StreamRecordReader.Page(Encoding.UTF8.GetBytes(answer));
}

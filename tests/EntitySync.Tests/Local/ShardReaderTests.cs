using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Adapters;
using EntitySync.Local.EventSources;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Local;

public sealed class ShardReaderTests : IDisposable
{
    private readonly ScriptedStreams _streams = new();
    private readonly List<string> _delivered = [];
    private long _waiting;

    [Fact]
    public async Task ClosedShard_IsReadToItsEnd()
    {
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i1"}""");
        _streams.Answer("GetRecords", Page("i2", "1", "2"));
        _streams.Answer("GetRecords", Page(null, "3"));
        await ReadAsync();
        _delivered.ShouldBe(["1 2", "3"]);
        _streams.Requests.ShouldBe(["GetShardIterator TRIM_HORIZON", "GetRecords i1", "GetRecords i2"]);
        _waiting.ShouldBe(0);
    }

    [Fact]
    public async Task ExpiredIterator_GoesOnAfterTheLastRecordRead()
    {
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i1"}""");
        _streams.Answer("GetRecords", Page("i2", "1"));
        _streams.Fail("GetRecords", "ExpiredIteratorException");
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i3"}""");
        _streams.Answer("GetRecords", Page(null, "2"));
        await ReadAsync();
        _delivered.ShouldBe(["1", "2"]);
        _streams.Requests.ShouldBe(["GetShardIterator TRIM_HORIZON", "GetRecords i1", "GetRecords i2", "GetShardIterator AFTER_SEQUENCE_NUMBER 1", "GetRecords i3"]);
    }

    [Fact]
    public async Task TrimmedData_GoesOnWithTheOldestThatIsLeft()
    {
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i1"}""");
        _streams.Answer("GetRecords", Page("i2", "1"));
        _streams.Fail("GetRecords", "TrimmedDataAccessException");
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i3"}""");
        _streams.Answer("GetRecords", Page(null, "9"));
        await ReadAsync();
        _delivered.ShouldBe(["1", "9"]);
        _streams.Requests[3].ShouldBe("GetShardIterator TRIM_HORIZON");
    }

    [Fact]
    public async Task Throttling_IsRetriedWithTheSameIterator()
    {
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i1"}""");
        _streams.Fail("GetRecords", "LimitExceededException");
        _streams.Answer("GetRecords", Page(null, "1"));
        await ReadAsync();
        _delivered.ShouldBe(["1"]);
        _streams.Requests.ShouldBe(["GetShardIterator TRIM_HORIZON", "GetRecords i1", "GetRecords i1"]);
    }

    [Fact]
    public async Task NoAnswerInTime_IsRetried()
    {
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i1"}""");
        _streams.TimeOut("GetRecords");
        _streams.Answer("GetRecords", Page(null, "1"));
        await ReadAsync();
        _delivered.ShouldBe(["1"]);
    }

    [Fact]
    public async Task FilteredRecords_AreNotDelivered_ButReadAndDone()
    {
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i1"}""");
        _streams.Answer("GetRecords", Page("i2", "1", "2", "3"));
        _streams.Fail("GetRecords", "ExpiredIteratorException");
        _streams.Answer("GetShardIterator", """{"ShardIterator":"i3"}""");
        _streams.Answer("GetRecords", Page(null, "4"));
        await ReadAsync("""{"dynamodb":{"SequenceNumber":["2"]}}""");
        _delivered.ShouldBe(["2"]);
        _streams.Requests[3].ShouldBe("GetShardIterator AFTER_SEQUENCE_NUMBER 3");
        _waiting.ShouldBe(0);
    }

    public void Dispose() => _streams.Dispose();

    private static string Page(string? next, params string[] sequences)
    {
        var records = sequences.Select(sequence => $$$"""{"eventID":"e","dynamodb":{"SequenceNumber":"{{{sequence}}}","ApproximateCreationDateTime":{{{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}}}}}""");
        return $$"""{"Records":[{{string.Join(',', records)}}]{{(next is null ? "" : $",\"NextShardIterator\":\"{next}\"")}}}""";
    }

    private async Task ReadAsync(string? pattern = null)
    {
        using var http = new HttpClient(_streams, disposeHandler: false);
        var settings = SourceSettings.Batch();
        var counters = new EventSourceCounters("source", "SampleFunction");
        var source = new DeliverySource<StreamRecord>(Invoke, (_, _, _) => Task.FromResult(true), _ => true, record => record.CreatedAt);
        var delivery = new BatchDelivery<StreamRecord>(settings, source, counters, Backoff.Default, TimeProvider.System, NullLogger.Instance);
        var api = new StreamsApi(http, new Uri("http://streams.invalid"));
        await new ShardReader(settings, api, "arn:stream", "shard", "TRIM_HORIZON", Filter(pattern), delivery, counters, change => _waiting += change, TimeProvider.System, NullLogger.Instance).RunAsync(default);
    }

    private static EventFilter? Filter(string? pattern) =>
        pattern is null ? null : EventFilter.Read(new JsonObject { ["Filters"] = new JsonArray(new JsonObject { ["Pattern"] = pattern }) }, "source");

    private Task<DeliveryOutcome<StreamRecord>> Invoke(IReadOnlyList<StreamRecord> records, CancellationToken cancellationToken)
    {
        _delivered.Add(string.Join(' ', records.Select(record => record.SequenceNumber)));
        return Task.FromResult(DeliveryOutcome<StreamRecord>.Done);
    }

    /// <summary>Gives the prepared answers in order and notes what was asked.</summary>
    private sealed class ScriptedStreams : HttpMessageHandler
    {
        private readonly Queue<(string Operation, HttpStatusCode Status, string Json)> _answers = new();

        public List<string> Requests { get; } = [];

        public void Answer(string operation, string json) => _answers.Enqueue((operation, HttpStatusCode.OK, json));

        public void Fail(string operation, string type) => _answers.Enqueue((operation, HttpStatusCode.BadRequest, $$"""{"__type":"com.amazonaws.dynamodb.v20120810#{{type}}","message":"as told"}"""));

        public void TimeOut(string operation) => _answers.Enqueue((operation, HttpStatusCode.RequestTimeout, ""));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var operation = request.Headers.GetValues("X-Amz-Target").Single().Split('.')[1];
            var body = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            Requests.Add(string.Join(' ', new[] { operation, body["ShardIteratorType"]?.ToString(), body["SequenceNumber"]?.ToString(), body["ShardIterator"]?.ToString() }.OfType<string>()));
            var answer = _answers.Dequeue();
            answer.Operation.ShouldBe(operation);
            if (answer.Status == HttpStatusCode.RequestTimeout) throw new TaskCanceledException("as HttpClient does when its timeout is over", new TimeoutException());
            return new HttpResponseMessage(answer.Status) { Content = new StringContent(answer.Json, Encoding.UTF8) };
        }
    }
}

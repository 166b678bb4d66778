using System.Text;
using Amazon.Lambda.KafkaEvents;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.TestUtilities;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;
using EntitySync.Functions;
using EntitySync.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.Tests.Functions;

/// <summary>Event JSON in, response JSON out, through the serializer that the functions run with.</summary>
public sealed class EnrichTests
{
    private readonly InMemoryReferenceTables _tables = new();
    private readonly RecordingTopicWriter _writer = new();
    private readonly DefaultLambdaJsonSerializer _serializer = new();

    public EnrichTests() => _tables.Put("delivery-classes", "express", """{"minimumTime":1,"maximumTime":2}""");

    [Fact]
    public async Task RealEvent_IsEnriched_AndBadRecordsAreDeadLettered()
    {
        var response = await InvokeAsync(await File.ReadAllTextAsync(EventFile("enrich.json")));

        response.ShouldBe("""{"batchItemFailures":[]}""");
        _writer.Written.OrderBy(record => Header(record, HeaderNames.DeadLetterPosition) ?? Header(record, HeaderNames.RootPosition), StringComparer.Ordinal)
            .Select(record => $"{record.Topic} {Text(record.Key) ?? "-"} {Text(record.Value) ?? "tombstone"} {Header(record, HeaderNames.DeadLetterReason)}".TrimEnd()).ShouldBe(
        [
            """item-dead-letters b-1 {"sku":"b-1","deliveryClasses":"express"} 'deliveryClasses': an array is expected, found a string at byte 31""",
            """items-merged b-2 {"sku":"b-2","minimumDeliveryTime":null,"maximumDeliveryTime":null}""",
            "items-merged a-2 tombstone",
            """item-dead-letters not base64! {"sku":"a-3"} the key in the event is not base64""",
            """item-dead-letters - {"sku":"a-4"} the record has no key""",
            """items-merged a-1 {"sku":"a-1","deliveryClasses":["express"],"name":"é","minimumDeliveryTime":1,"maximumDeliveryTime":2}""",
        ]);
        var first = _writer.Written.Single(record => Text(record.Key) == "a-1");
        first.Headers[0].Value.ToArray().ShouldBe([104, 0xC3, 0xA9, 0x80, 0x7F]);
        Header(first, HeaderNames.RootPosition).ShouldBe("items-3@7");
    }

    [Fact]
    public async Task WriteFails_ResponseNamesPartitionAndOffset()
    {
        _writer.Answer = record => new WriteResult(Text(record.Key) is "b-2" or "a-2" ? WriteOutcome.Failed : WriteOutcome.Written);
        (await InvokeAsync(await File.ReadAllTextAsync(EventFile("enrich.json")))).ShouldBe(
            """{"batchItemFailures":[{"itemIdentifier":{"partition":"item-updates-3","offset":42}},{"itemIdentifier":{"partition":"item-updates-0","offset":9007199254740994}}]}""");
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"eventSource":"aws:kafka","records":{}}""")]
    [InlineData("""{"eventSource":"aws:kafka","records":{"item-updates-0":[]}}""")]
    public async Task EmptyEvent_EmptyResponse(string json)
    {
        (await InvokeAsync(json)).ShouldBe("""{"batchItemFailures":[]}""");
        _writer.Calls.ShouldBe(0);
    }

    [Fact]
    public async Task SameEventTwice_WritesTheSameTwice()
    {
        var json = await File.ReadAllTextAsync(EventFile("enrich.json"));
        await InvokeAsync(json);
        var first = _writer.Written.Select(record => (record.Topic, Text(record.Key), Text(record.Value), Header(record, HeaderNames.RootPosition))).ToList();
        await InvokeAsync(json);
        _writer.Written.Skip(first.Count).Select(record => (record.Topic, Text(record.Key), Text(record.Value), Header(record, HeaderNames.RootPosition))).ShouldBe(first);
    }

    private async Task<string> InvokeAsync(string json)
    {
        var batch = new EnrichBatch(new EntityCatalog([SampleDefinitions.Item()]), new RowCache(_tables, TimeProvider.System), _writer, NullLogger<EnrichBatch>.Instance);
        using var request = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var response = await new Enrich(batch).HandleAsync(_serializer.Deserialize<KafkaEvent>(request), new TestLambdaContext { RemainingTime = TimeSpan.FromMinutes(1) });
        using var written = new MemoryStream();
        _serializer.Serialize(response, written);
        return Encoding.UTF8.GetString(written.ToArray());
    }

    private static string EventFile(string name) => Path.Combine(AppContext.BaseDirectory, "Functions", "Events", name);

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } present ? Encoding.UTF8.GetString(present.Span) : null;

    private static string? Header(OutgoingRecord record, string name) => Text(record.Headers.Where(header => header.Name == name).Select(header => (ReadOnlyMemory<byte>?)header.Value).FirstOrDefault());
}

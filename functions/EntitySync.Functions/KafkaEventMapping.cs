using System.Buffers.Text;
using System.Text;
using Amazon.Lambda.KafkaEvents;
using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Functions;

/// <summary>Turns the event of a Kafka event source into records: the key is base64 text, the value decoded already, header values are signed bytes.</summary>
public static class KafkaEventMapping
{
    /// <summary>Empty for a null event or one without records.</summary>
    public static IReadOnlyList<PartitionRecords> MapKafkaEvent(KafkaEvent? kafkaEvent) =>
        kafkaEvent?.Records is not { } groups ? [] : [.. groups.Values.Where(records => records is { Count: > 0 }).Select(Partition)];

    private static PartitionRecords Partition(IList<KafkaEvent.KafkaEventRecord> records) =>
        new(records[0].Topic, records[0].Partition, [.. records.Select(Record)]);

    private static EnrichRecord Record(KafkaEvent.KafkaEventRecord record)
    {
        var problem = TryDecodeKey(record.Key, out var key) ? null : "the key in the event is not base64";
        return new EnrichRecord(record.Offset, key, Value(record.Value), Headers(record.Headers), problem, Timestamp(record.Timestamp));
    }

    // A producer may write any number there.
    private static DateTimeOffset Timestamp(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    // What is not base64 is kept as it is, so that the dead letter shows it.
    private static bool TryDecodeKey(string? text, out ReadOnlyMemory<byte>? key)
    {
        key = null;
        if (text is null) return true;
        var isBase64 = Base64.IsValid(text);
        key = isBase64 ? Convert.FromBase64String(text) : Encoding.UTF8.GetBytes(text);
        return isBase64;
    }

    private static ReadOnlyMemory<byte>? Value(MemoryStream? value)
    {
        if (value is null) return null;
        return value.TryGetBuffer(out var bytes) ? bytes.AsMemory() : value.ToArray();
    }

    private static RecordHeader[] Headers(IList<IDictionary<string, sbyte[]>>? headers) =>
        headers is null ? [] : [.. headers.SelectMany(header => header).Select(header => new RecordHeader(header.Key, Unsigned(header.Value)))];

    private static byte[] Unsigned(sbyte[]? bytes) => bytes is null ? [] : Array.ConvertAll(bytes, value => unchecked((byte)value));
}

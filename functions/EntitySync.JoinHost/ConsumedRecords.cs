using Confluent.Kafka;
using EntitySync.Core.Joins;
using EntitySync.Core.State;

namespace EntitySync.JoinHost;

internal static class ConsumedRecords
{
    private static readonly RecordHeader[] NoHeaders = [];

    /// <param name="result">What a consumer handed out.</param>
    /// <param name="source">Index of the source in the part that takes the record.</param>
    public static LogRecord ToLogRecord(this ConsumedRecord result, int source) => new(
        source,
        result.Partition.Value,
        result.Offset.Value,
        result.Message.Timestamp.UnixTimestampMs,
        result.Message.Key,
        result.Message.Value,
        result.Message.Headers is { Count: > 0 } headers
            ? [.. headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes() ?? []))]
            : NoHeaders);

    /// <summary>A copy that outlives the next read of the consumer.</summary>
    public static ConsumedRecord Copy(this ConsumedRecord result) => new()
    {
        TopicPartitionOffset = result.TopicPartitionOffset,
        Message = new Message<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>
        {
            Key = Copy(result.Message.Key), Value = Copy(result.Message.Value), Timestamp = result.Message.Timestamp, Headers = result.Message.Headers,
        },
    };

    private static ReadOnlyMemory<byte>? Copy(ReadOnlyMemory<byte>? bytes) => OptionalBytes.From(bytes?.ToArray());
}

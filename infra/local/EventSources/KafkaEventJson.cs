using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Local.EventSources;

/// <summary>
/// Writes the event that Lambda gives to functions of Kafka event sources: records by <c>topic-partition</c>, key and value as base64, header values as
/// arrays of signed numbers.
/// </summary>
internal static class KafkaEventJson
{
    public static byte[] Write(string sourceArn, string bootstrapServers, IReadOnlyList<KafkaRecord> records)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("eventSource", "aws:kafka");
            writer.WriteString("eventSourceArn", sourceArn);
            writer.WriteString("bootstrapServers", bootstrapServers);
            writer.WriteStartObject("records");
            foreach (var partition in records.GroupBy(record => record.PartitionName))
            {
                writer.WriteStartArray(partition.Key);
                foreach (var record in partition) Write(writer, record);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, KafkaRecord record)
    {
        writer.WriteStartObject();
        writer.WriteString("topic", record.Position.Topic);
        writer.WriteNumber("partition", record.Position.Partition);
        writer.WriteNumber("offset", record.Position.Offset);
        writer.WriteNumber("timestamp", record.Timestamp);
        writer.WriteString("timestampType", record.IsLogAppendTime ? "LOG_APPEND_TIME" : "CREATE_TIME");
        WriteBase64(writer, "key", record.Key);
        WriteBase64(writer, "value", record.Value);
        writer.WriteStartArray("headers");
        foreach (var header in record.Headers)
        {
            writer.WriteStartObject();
            writer.WriteStartArray(header.Name);
            foreach (var value in header.Value.Span) writer.WriteNumberValue((sbyte)value);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteBase64(Utf8JsonWriter writer, string name, byte[]? bytes)
    {
        if (bytes is null) writer.WriteNull(name);
        else writer.WriteBase64String(name, bytes);
    }
}

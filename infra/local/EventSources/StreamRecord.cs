using System.Text.Json;

namespace EntitySync.Local.EventSources;

/// <summary>A record of a DynamoDB stream.</summary>
/// <param name="Json">The record as the stream gave it, byte for byte.</param>
internal sealed record StreamRecord(string SequenceNumber, DateTimeOffset CreatedAt, ReadOnlyMemory<byte> Json)
{
    /// <summary>Bytes the record takes in an event, never less than it does.</summary>
    public int EventBytes => Json.Length + 256;
}

internal static class StreamJson
{
    /// <summary>A row may be nested 32 levels, each of which takes two in DynamoDB's JSON: beyond the default's 64.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };
}

/// <summary>Reads GetRecords answers without turning values into .NET ones: numbers of attributes keep every digit.</summary>
internal static class StreamRecordReader
{
    public static StreamPage Page(byte[] answer)
    {
        var records = new List<StreamRecord>();
        string? next = null;
        var reader = new Utf8JsonReader(answer, StreamJson.Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isRecords = reader.ValueTextEquals("Records"u8);
            var isNext = reader.ValueTextEquals("NextShardIterator"u8);
            reader.Read();
            if (isNext) next = reader.GetString();
            else if (isRecords) ReadRecords(ref reader, answer, records);
            else reader.Skip();
        }

        return new StreamPage(records, next);
    }

    private static void ReadRecords(ref Utf8JsonReader reader, byte[] answer, List<StreamRecord> records)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            records.Add(Record(answer.AsMemory(start, (int)reader.BytesConsumed - start)));
        }
    }

    private static StreamRecord Record(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, StreamJson.Options);
        var (sequence, createdAt) = ("", 0d);
        while (reader.Read())
        {
            if (reader.CurrentDepth != 2 || reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("SequenceNumber"u8) && reader.Read()) sequence = reader.GetString()!;
            else if (reader.ValueTextEquals("ApproximateCreationDateTime"u8) && reader.Read()) createdAt = reader.GetDouble();
        }

        return new StreamRecord(sequence, DateTimeOffset.UnixEpoch.AddSeconds(createdAt), json);
    }
}

/// <summary>Writes the event that Lambda gives to functions of DynamoDB streams: the stream's records, each with the stream's ARN.</summary>
internal static class StreamEventJson
{
    public static byte[] Write(string streamArn, IReadOnlyList<StreamRecord> records)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("Records");
            foreach (var record in records)
            {
                writer.WriteStartObject();
                Copy(writer, record.Json.Span);
                writer.WriteString("eventSourceARN", streamArn);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void Copy(Utf8JsonWriter writer, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, StreamJson.Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            writer.WritePropertyName(name);
            var value = Value(ref reader, json);
            if (name == "dynamodb") CopyChange(writer, value);
            else writer.WriteRawValue(value, skipInputValidation: true);
        }
    }

    private static void CopyChange(Utf8JsonWriter writer, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, StreamJson.Options);
        reader.Read();
        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            writer.WritePropertyName(name);
            // The stream gives fractions of a second or an exponent here, Lambda whole seconds.
            if (name == "ApproximateCreationDateTime") writer.WriteNumberValue((long)reader.GetDouble());
            else writer.WriteRawValue(Value(ref reader, json), skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }
}

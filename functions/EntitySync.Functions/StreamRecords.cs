using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Lambda.DynamoDBEvents;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Core.Errors;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Functions;

/// <summary>
/// Reads records of a reference table's stream (NEW_AND_OLD_IMAGES). Images become the SDK's attribute values, so that one code makes their JSON and a
/// row has the same fingerprint whether a stream or a read brought it.
/// </summary>
internal static class StreamRecords
{
    private const string Remove = "REMOVE";

    private static readonly JsonSerializerOptions OriginalOptions = new()
    {
        MaxDepth = DeepJsonSerializer.MaximumDepth,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new Base64Converter() },
    };

    public static RowChange ToChange(DynamoDBEvent.DynamodbStreamRecord record, string tablePrefix)
    {
        var table = TableOf(record, tablePrefix);
        var sequenceNumber = record.Dynamodb.SequenceNumber;
        if (KeyOf(record) is not { } key) return new RowChange(table, null, sequenceNumber, null, null, "the row's key is not one text attribute");
        var before = Images(record.Dynamodb.OldImage, image => ReferenceItems.ToRow(table, key, image));
        var after = Images(record.Dynamodb.NewImage, image => ReferenceItems.ToRow(table, key, image));
        return new RowChange(table, key, sequenceNumber, before.Result, IsRemove(record) ? null : after.Result, IsRemove(record) ? null : after.Error);
    }

    public static RowPublication ToPublication(DynamoDBEvent.DynamodbStreamRecord record, string tablePrefix)
    {
        var table = TableOf(record, tablePrefix);
        var key = KeyOf(record);
        var (value, error) = IsRemove(record) ? default : Images(record.Dynamodb.NewImage, image => AttributeJson.ToJson(image, ReferenceItems.VersionOf(image)));
        if (key is null) error = "the row's key is not one text attribute";
        // A null array would turn into an empty value; a tombstone has none.
        ReadOnlyMemory<byte>? published = value is null ? default(ReadOnlyMemory<byte>?) : value;
        return new RowPublication(table, key, record.Dynamodb.SequenceNumber, published, error, error is null ? default : Original(record));
    }

    /// <summary>Logical name of the table that <c>arn:aws:dynamodb:region:account:table/NAME/stream/…</c> belongs to.</summary>
    /// <exception cref="InvalidRequestException">The stream is not one of a table with the deployment's prefix.</exception>
    public static string TableOf(DynamoDBEvent.DynamodbStreamRecord record, string tablePrefix)
    {
        var parts = (record.EventSourceArn ?? "").Split(':', 6);
        var path = parts.Length == 6 ? parts[5].Split('/') : [];
        return path is ["table", var name, "stream", ..] && name.StartsWith(tablePrefix, StringComparison.Ordinal) && name.Length > tablePrefix.Length
            ? name[tablePrefix.Length..]
            : throw new InvalidRequestException($"'{record.EventSourceArn}' is not the stream of a reference table named '{tablePrefix}…'.");
    }

    public static StreamsEventResponse Response(string? restartAt) => new()
    {
        BatchItemFailures = restartAt is null ? [] : [new StreamsEventResponse.BatchItemFailure { ItemIdentifier = restartAt }],
    };

    private static bool IsRemove(DynamoDBEvent.DynamodbStreamRecord record) => record.EventName == Remove;

    private static string? KeyOf(DynamoDBEvent.DynamodbStreamRecord record) => record.Dynamodb.Keys is { Count: 1 } keys ? keys.Values.Single().S : null;

    private static (T? Result, string? Error) Images<T>(Dictionary<string, DynamoDBEvent.AttributeValue>? image, Func<Item, T> read)
        where T : class
    {
        if (image is null) return (null, "the stream record has no image of the row");
        try
        {
            return (read(StreamImages.ToItem(image)), null);
        }
        catch (AttributeJsonException exception)
        {
            return (null, exception.Message);
        }
    }

    private static byte[] Original(DynamoDBEvent.DynamodbStreamRecord record) => JsonSerializer.SerializeToUtf8Bytes(record.Dynamodb, OriginalOptions);

    private sealed class Base64Converter : JsonConverter<MemoryStream>
    {
        public override MemoryStream Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetBytesFromBase64());

        public override void Write(Utf8JsonWriter writer, MemoryStream value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.ToArray());
    }
}

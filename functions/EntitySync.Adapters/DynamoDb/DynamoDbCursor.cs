using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>Where a DynamoDB id source goes on: which key of the relation, and after which item. Base64 of JSON <c>{"k":0,"a":{"sku":{"S":"x"}}}</c>.</summary>
/// <param name="KeyIndex">Position in the related keys; 0 for a scan.</param>
/// <param name="After">DynamoDB's last evaluated key; null at the beginning of a key.</param>
internal sealed record DynamoDbCursor(
    [property: JsonPropertyName("k")] int KeyIndex,
    [property: JsonPropertyName("a")] Dictionary<string, DynamoDbCursor.Part>? After)
{
    /// <summary>A key attribute is text, a number or bytes; one of the three is set.</summary>
    public sealed record Part(
        [property: JsonPropertyName("S"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? S,
        [property: JsonPropertyName("N"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? N,
        [property: JsonPropertyName("B"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] byte[]? B);

    public static DynamoDbCursor At(int keyIndex, Dictionary<string, AttributeValue>? lastEvaluated) => new(
        keyIndex,
        lastEvaluated is { Count: > 0 } ? lastEvaluated.ToDictionary(pair => pair.Key, pair => new Part(pair.Value.S, pair.Value.N, pair.Value.B?.ToArray())) : null);

    /// <exception cref="InvalidRequestException">Not a cursor of this source.</exception>
    public static DynamoDbCursor Parse(string? cursor)
    {
        if (cursor is null) return new DynamoDbCursor(0, null);
        try
        {
            return JsonSerializer.Deserialize(Base64Url.DecodeFromChars(cursor), DynamoDbCursorJson.Default.DynamoDbCursor) ?? throw new FormatException("null");
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw new InvalidRequestException($"'{cursor}' is not a cursor of a DynamoDB id source; was the entity's id source changed while it was replayed?", exception);
        }
    }

    public Dictionary<string, AttributeValue>? ExclusiveStartKey() => After?.ToDictionary(
        pair => pair.Key,
        pair => new AttributeValue { S = pair.Value.S, N = pair.Value.N, B = pair.Value.B is { } bytes ? new MemoryStream(bytes) : null });

    public override string ToString() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this, DynamoDbCursorJson.Default.DynamoDbCursor));
}

[JsonSerializable(typeof(DynamoDbCursor))]
internal sealed partial class DynamoDbCursorJson : JsonSerializerContext;

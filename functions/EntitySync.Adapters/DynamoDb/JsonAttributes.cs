using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.ReferenceTables;

namespace EntitySync.Adapters.DynamoDb;

/// <param name="Item">The attributes; null when the document was refused.</param>
/// <param name="Error">Why it was refused, in a sentence for whoever sent it.</param>
public readonly record struct JsonAttributesResult(Dictionary<string, AttributeValue>? Item, string? Error);

/// <summary>
/// JSON to DynamoDB attributes (the other way is <see cref="AttributeJson"/>). Refuses what DynamoDB would change or reject:
/// numbers it cannot keep to the last digit, names that are empty or occur twice, documents nested deeper than 32 levels.
/// </summary>
public static class JsonAttributes
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = RowBody.MaximumDepth };

    /// <param name="json">One JSON object, UTF-8.</param>
    public static JsonAttributesResult Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, Strict);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return new JsonAttributesResult(null, "The row must be one JSON object.");
            var item = ReadObject(ref reader, null);
            while (reader.Read())
            {
            }

            return new JsonAttributesResult(item, null);
        }
        catch (JsonException exception)
        {
            return new JsonAttributesResult(null, RowBody.SyntaxError(exception));
        }
        catch (InvalidOperationException)
        {
            return new JsonAttributesResult(null, "The row holds text that is not valid Unicode.");
        }
        catch (AttributeJsonException exception)
        {
            return new JsonAttributesResult(null, exception.Message);
        }
    }

    private static Dictionary<string, AttributeValue> ReadObject(ref Utf8JsonReader reader, ValuePlace? place)
    {
        var map = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            if (name.Length == 0) throw new AttributeJsonException($"A field below '{ValuePlace.Of(place)}' has an empty name, which DynamoDB does not allow.");
            var field = new ValuePlace(place, name);
            reader.Read();
            if (!map.TryAdd(name, ReadValue(ref reader, field))) throw new AttributeJsonException($"Field '{field}' occurs twice.");
        }

        return map;
    }

    private static AttributeValue ReadValue(ref Utf8JsonReader reader, ValuePlace place) => reader.TokenType switch
    {
        JsonTokenType.StartObject => new AttributeValue { M = ReadObject(ref reader, place) },
        JsonTokenType.StartArray => new AttributeValue { L = ReadArray(ref reader, place) },
        JsonTokenType.String => new AttributeValue { S = reader.GetString() },
        JsonTokenType.Number => new AttributeValue { N = ReadNumber(ref reader, place) },
        JsonTokenType.True or JsonTokenType.False => new AttributeValue { BOOL = reader.GetBoolean() },
        _ => new AttributeValue { NULL = true },
    };

    private static List<AttributeValue> ReadArray(ref Utf8JsonReader reader, ValuePlace place)
    {
        var list = new List<AttributeValue>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(ReadValue(ref reader, new ValuePlace(place, null, list.Count)));
        return list;
    }

    private static string ReadNumber(ref Utf8JsonReader reader, ValuePlace place)
    {
        var text = Encoding.ASCII.GetString(reader.ValueSpan);
        return DynamoDbNumber.Error(text) is { } error ? throw new AttributeJsonException($"Field '{place}' {error}") : text;
    }
}

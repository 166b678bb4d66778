using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.State;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>An item holds something that JSON cannot express; the message names the attribute.</summary>
public sealed class AttributeJsonException(string message) : Exception(message);

/// <summary>
/// DynamoDB attributes to canonical JSON: properties sorted by ordinal name, no white space, numbers as DynamoDB returns them.
/// Sets become arrays, sorted by ordinal text since a set has no order of its own. Binary attributes become base64 text (RFC 4648, with padding); writing such
/// a row back through ReferenceApi makes them text.
/// </summary>
public static class AttributeJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 64 };

    /// <summary>The row without its version, as <see cref="RelatedRow.Json"/> has it.</summary>
    /// <exception cref="AttributeJsonException">An attribute is no value that JSON can express.</exception>
    public static byte[] ToJson(IReadOnlyDictionary<string, AttributeValue> item) => Write(item, null);

    /// <summary>The row with <paramref name="version"/> as <c>_version</c>, as the table's topic has it.</summary>
    /// <exception cref="AttributeJsonException">An attribute is no value that JSON can express.</exception>
    public static byte[] ToJson(IReadOnlyDictionary<string, AttributeValue> item, long version) => Write(item, version);

    private static byte[] Write(IReadOnlyDictionary<string, AttributeValue> item, long? version)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            var names = item.Keys.Where(name => name != RelatedRow.VersionAttribute);
            if (version is not null) names = names.Append(RelatedRow.VersionAttribute);
            foreach (var name in names.Order(StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                if (name == RelatedRow.VersionAttribute) writer.WriteNumberValue(version!.Value);
                else WriteValue(writer, item[name], new ValuePlace(null, name));
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter writer, AttributeValue value, ValuePlace place)
    {
        if (value.S is not null) writer.WriteStringValue(value.S);
        else if (value.N is not null) WriteNumber(writer, value.N, place);
        else if (value.BOOL is { } truth) writer.WriteBooleanValue(truth);
        else if (value.NULL == true) writer.WriteNullValue();
        else if (value.M is not null) WriteMap(writer, value.M, place);
        else if (value.L is not null) WriteList(writer, value.L, place);
        else if (value.SS is not null) WriteSet(writer, value.SS, (text, _) => writer.WriteStringValue(text), place);
        else if (value.NS is not null) WriteSet(writer, value.NS, (text, where) => WriteNumber(writer, text, where), place);
        else if (value.B is not null) writer.WriteBase64StringValue(value.B.ToArray());
        else if (value.BS is not null) WriteSet(writer, value.BS.ConvertAll(element => Convert.ToBase64String(element.ToArray())), (text, _) => writer.WriteStringValue(text), place);
        else throw new AttributeJsonException($"attribute '{place}' is of no known type");
    }

    private static void WriteMap(Utf8JsonWriter writer, Dictionary<string, AttributeValue> map, ValuePlace place)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in map.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            WriteValue(writer, value, new ValuePlace(place, name));
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, List<AttributeValue> list, ValuePlace place)
    {
        writer.WriteStartArray();
        for (var index = 0; index < list.Count; index++) WriteValue(writer, list[index], new ValuePlace(place, null, index));
        writer.WriteEndArray();
    }

    private static void WriteSet(Utf8JsonWriter writer, List<string> set, Action<string, ValuePlace> write, ValuePlace place)
    {
        writer.WriteStartArray();
        foreach (var element in set.Order(StringComparer.Ordinal)) write(element, place);
        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string number, ValuePlace place)
    {
        try
        {
            writer.WriteRawValue(Encoding.UTF8.GetBytes(number));
        }
        catch (JsonException)
        {
            throw new AttributeJsonException($"attribute '{place}' is a number that JSON cannot express");
        }
    }
}

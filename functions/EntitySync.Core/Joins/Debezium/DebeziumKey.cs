using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins.Debezium;

/// <summary>
/// A record key as Debezium writes it as JSON: an object with a field for each column of the primary key, with or without the converter's <c>schema</c> and
/// <c>payload</c> around it, or the bare value when a transform took it out. The row's own key is the field's text (a number as it stands there); of
/// several fields the JSON array of their values as they stand there, in the order of the key. Not thread-safe.
/// </summary>
public sealed class DebeziumKey
{
    private readonly ArrayBufferWriter<byte> _text = new(128);
    private byte[] _unescaped = new byte[128];

    /// <param name="key">The record's key.</param>
    /// <param name="text">The row's own key; valid until the next one is read.</param>
    /// <returns>Why the key cannot be used; null when it can.</returns>
    public string? Read(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> text)
    {
        text = default;
        if (!Utf8.IsValid(key)) return "the key of the change event is not UTF-8";
        try
        {
            _text.ResetWrittenCount();
            if (Write(Unwrap(key)) is { } problem) return "the key of the change event " + problem;
            text = _text.WrittenMemory;
            return null;
        }
        catch (JsonException)
        {
            return $"the key of the change event is not JSON: {Reasons.Quote(key)}";
        }
        catch (InvalidOperationException)
        {
            return "the key of the change event has half a surrogate pair in its text";
        }
    }

    /// <returns>The payload when the key is wrapped; else the key.</returns>
    private static ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> key)
    {
        var reader = new Utf8JsonReader(key);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return key;
        ReadOnlySpan<byte> payload = default;
        var (fields, hasSchema) = (0, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            fields++;
            var isPayload = reader.ValueTextEquals("payload"u8);
            var isSchema = reader.ValueTextEquals("schema"u8);
            reader.Read();
            if (isSchema) hasSchema = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null;
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isPayload) payload = key[start..(int)reader.BytesConsumed];
        }

        reader.Read(); // throws on anything but white space after the closing brace
        return fields == 2 && hasSchema && !payload.IsEmpty ? payload : key;
    }

    private string? Write(ReadOnlySpan<byte> key)
    {
        var fields = CountFields(key);
        var reader = new Utf8JsonReader(key);
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray) return "is an array; an object with the columns of the primary key is expected";
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            if (fields == 0) return "has no fields";
            reader.Read();
            if (fields > 1)
            {
                WriteAll(ref reader, key);
                return null;
            }

            reader.Read();
        }

        if (reader.TokenType == JsonTokenType.Null) return "is null";
        if (reader.TokenType == JsonTokenType.String) _text.Write(TextOf(ref reader));
        else _text.Write(RawOf(ref reader, key));
        return null;
    }

    // Starts on the first property name.
    private void WriteAll(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        var separator = "["u8;
        do
        {
            reader.Read();
            _text.Write(separator);
            _text.Write(RawOf(ref reader, key));
            separator = ","u8;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName);
        _text.Write("]"u8);
    }

    // Also checks the JSON to its end, before anything is written.
    private static int CountFields(ReadOnlySpan<byte> key)
    {
        var reader = new Utf8JsonReader(key);
        var fields = 0;
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName) fields++;
        }

        return fields;
    }

    private ReadOnlySpan<byte> TextOf(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (_unescaped.Length < reader.ValueSpan.Length) _unescaped = new byte[reader.ValueSpan.Length];
        return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
    }

    // A decimal without scale is an object; its text tells rows apart all the same, for a connector writes it the same way each time.
    private static ReadOnlySpan<byte> RawOf(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return key[start..(int)reader.BytesConsumed];
    }
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace EntitySync.Local.Try;

/// <summary>Writes records as the lines that sample files have: <c>{"$key":"A-1","$value":{...}}</c>, null for no key and for a tombstone.</summary>
internal sealed class OutputLines(TextWriter output)
{
    private const int FlushBytes = 64 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _lines = new(FlushBytes * 2);

    public void Write(ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value)
    {
        using (var json = new Utf8JsonWriter(_lines, Options))
        {
            json.WriteStartObject();
            if (key is { } text) json.WriteString("$key", text.Span);
            else json.WriteNull("$key");
            json.WritePropertyName("$value");
            if (value is { } document) WriteValue(json, document);
            else json.WriteNullValue();
            json.WriteEndObject();
        }

        _lines.Write("\n"u8);
        if (_lines.WrittenCount >= FlushBytes) Flush();
    }

    public void Flush()
    {
        output.Write(Encoding.UTF8.GetString(_lines.WrittenSpan));
        output.Flush();
        _lines.ResetWrittenCount();
    }

    // Byte by byte, but for a hook's that has line breaks.
    private static void WriteValue(Utf8JsonWriter json, ReadOnlyMemory<byte> document)
    {
        if (document.Span.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            json.WriteRawValue(document.Span, skipInputValidation: true);
            return;
        }

        using var parsed = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = Options.MaxDepth });
        parsed.WriteTo(json);
    }
}

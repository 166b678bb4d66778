using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;

namespace EntitySync.Local.Samples;

/// <summary>
/// Reads records from newline-delimited JSON (UTF-8, empty lines passed over). A line is one of two things:
/// <list type="bullet">
/// <item><c>{"$key":...,"$value":...}</c>, both and nothing else: the record itself. A key that is JSON text is that text, any other JSON stands as it is written
/// (<c>{"id":1}</c>), null is no key; a value of null is a tombstone.</item>
/// <item>anything else: the value; the key is taken from its fields.</item>
/// </list>
/// Values keep their bytes, so numbers keep their digits.
/// </summary>
public static class SampleFile
{
    /// <summary>Largest line, in bytes; as much as a client sends in one record.</summary>
    public const int LongestLine = KafkaClientConfig.MaxMessageBytes;

    private const string KeyName = "$key";
    private const string ValueName = "$value";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1000 };

    /// <param name="file">Path of the file.</param>
    /// <param name="keys">Makes the key of a line that is only a value.</param>
    /// <returns>The records, read as they are asked for.</returns>
    /// <exception cref="InvalidDataException">The file or a line cannot be used; the message names file and line and the way out.</exception>
    public static IEnumerable<SampleRecord> Read(string file, SampleKeys keys)
    {
        using var stream = Open(file);
        for (var line = 1; NextLine(stream, file, line) is { } bytes; line++)
        {
            var json = bytes.AsMemory().Trim(" \t\r"u8);
            if (!json.IsEmpty) yield return Parse(json, keys, file, line);
        }
    }

    private static BufferedStream Open(string file)
    {
        try
        {
            var stream = new BufferedStream(File.OpenRead(file), 64 * 1024);
            Span<byte> mark = stackalloc byte[3];
            if (stream.ReadAtLeast(mark, mark.Length, throwOnEndOfStream: false) < mark.Length || !mark.SequenceEqual("\uFEFF"u8)) stream.Position = 0;
            return stream;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file} cannot be read: {exception.Message}");
        }
    }

    // Not the framework's ReadLine: a file without line breaks would be read whole.
    private static byte[]? NextLine(BufferedStream stream, string file, int line)
    {
        var bytes = new ArrayBufferWriter<byte>();
        for (int next; (next = stream.ReadByte()) >= 0;)
        {
            if (next == '\n') return bytes.WrittenSpan.ToArray();
            if (bytes.WrittenCount == LongestLine) throw Bad(file, line, $"longer than {LongestLine} bytes, the most that a record may have");
            bytes.GetSpan(1)[0] = (byte)next;
            bytes.Advance(1);
        }

        return bytes.WrittenCount > 0 ? bytes.WrittenSpan.ToArray() : null;
    }

    private static SampleRecord Parse(ReadOnlyMemory<byte> json, SampleKeys keys, string file, int line)
    {
        try
        {
            if (!Utf8.IsValid(json.Span)) throw new FormatException("not UTF-8");
            using var document = JsonDocument.Parse(json, Options);
            return Envelope(document.RootElement, line) ?? new SampleRecord(keys.KeyOf(document.RootElement), json, line);
        }
        catch (JsonException exception)
        {
            throw Bad(file, line, $"not JSON: {exception.Message}");
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException)
        {
            throw Bad(file, line, exception.Message); // the latter: an escaped half of a surrogate pair
        }
    }

    private static SampleRecord? Envelope(JsonElement line, int number)
    {
        if (line.ValueKind != JsonValueKind.Object || line.GetPropertyCount() != 2) return null;
        if (!line.TryGetProperty(KeyName, out var key) || !line.TryGetProperty(ValueName, out var value)) return null;
        return new SampleRecord(key.ValueKind == JsonValueKind.String ? Bytes(key.GetString()!) : Json(key), Json(value), number);
    }

    private static ReadOnlyMemory<byte>? Json(JsonElement element) => element.ValueKind == JsonValueKind.Null ? OptionalBytes.From(null) : Bytes(element.GetRawText());

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static InvalidDataException Bad(string file, int line, string problem) => new($"{file}({line}): {problem}");
}

using System.Buffers;
using System.Text;
using System.Text.Json;

namespace EntitySync.Local.New;

/// <param name="Key">Text of the record key; null when the line does not tell.</param>
/// <param name="Value">The record's value; null for a tombstone.</param>
internal readonly record struct SampleLine(string? Key, JsonElement? Value);

/// <summary>
/// Reads sample records, one JSON object a line: the value itself, or <c>{"$key":...,"$value":...}</c>. Bounded: the first <see cref="MostLines"/> lines,
/// of at most <see cref="LongestLine"/> bytes each.
/// </summary>
internal static class SampleReader
{
    public const int MostLines = 10_000;
    public const int LongestLine = 1024 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="NewException">The file, or a line of it, cannot be used; the message names file and line.</exception>
    public static List<SampleLine> Read(string file)
    {
        try
        {
            using var stream = new BufferedStream(File.OpenRead(file), 64 * 1024);
            var lines = new List<SampleLine>();
            for (var line = 1; line <= MostLines && Next(stream, file, line) is { } text; line++)
            {
                if (!string.IsNullOrWhiteSpace(text)) lines.Add(Parse(text, file, line));
            }

            return lines.Count > 0 ? lines : throw new NewException($"{file} has no records: one JSON object a line is expected.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new NewException($"{file} cannot be read: {exception.Message}");
        }
    }

    // Not ReadLine: a file without line breaks would be read whole.
    private static string? Next(BufferedStream stream, string file, int line)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var next = stream.ReadByte();
        if (next < 0) return null;
        for (; next >= 0 && next != '\n'; next = stream.ReadByte())
        {
            if (bytes.WrittenCount == LongestLine) throw new NewException($"{file}({line}): longer than {LongestLine} bytes.");
            bytes.GetSpan(1)[0] = (byte)next;
            bytes.Advance(1);
        }

        try
        {
            return StrictUtf8.GetString(bytes.WrittenSpan).TrimStart('\ufeff');
        }
        catch (DecoderFallbackException)
        {
            throw new NewException($"{file}({line}): not UTF-8.");
        }
    }

    private static SampleLine Parse(string text, string file, int line)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var value = document.RootElement;
            if (value.ValueKind != JsonValueKind.Object) throw new NewException($"{file}({line}): found {Kind(value)}, a JSON object is expected.");
            if (value.GetPropertyCount() != 2 || !value.TryGetProperty("$key", out var key) || !value.TryGetProperty("$value", out var inner)) return new SampleLine(null, value.Clone());
            if (inner.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null)) throw new NewException($"{file}({line}): found {Kind(inner)} as $value, a JSON object or null is expected.");
            return new SampleLine(key.ValueKind == JsonValueKind.String ? key.GetString() : key.GetRawText(), inner.ValueKind == JsonValueKind.Null ? null : inner.Clone());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new NewException($"{file}({line}): not JSON: {exception.Message}");
        }
    }

    private static string Kind(JsonElement value) => $"{value.ValueKind}".ToLowerInvariant();
}

using System.Text;
using System.Text.Json;
using EntitySync.Core.State;

namespace EntitySync.Core.ReferenceTables;

/// <summary>A row as a caller sends it, checked.</summary>
/// <param name="Key">The row's key; null when the body was refused.</param>
/// <param name="Error">What is wrong, in a sentence for the caller; null when nothing is.</param>
public readonly record struct RowBodyResult(string? Key, string? Error);

/// <summary>Checks that bytes are one JSON object that can be a row of a table. What the store can hold is the store's to say.</summary>
public static class RowBody
{
    /// <summary>Bounds of one row over HTTP; the store's own bound (400 KB) lies higher.</summary>
    public const int MaximumBytes = 256 * 1024;

    /// <summary>Longest key in bytes of UTF-8 (DynamoDB's bound of a partition key).</summary>
    public const int MaximumKeyBytes = 2048;

    /// <summary>Objects and arrays within each other, the row itself included (DynamoDB's bound).</summary>
    public const int MaximumDepth = 32;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = MaximumDepth };

    /// <param name="key">The key the row is sent to; null when the body alone names it.</param>
    public static RowBodyResult Check(ReferenceTable table, string? key, ReadOnlySpan<byte> json)
    {
        if (json.Length > MaximumBytes) return Wrong($"The row has {json.Length} bytes; at most {MaximumBytes} are allowed.");
        if (key is not null && KeyError(key) is { } error) return Wrong(error);
        try
        {
            return CheckObject(table, key, json);
        }
        catch (JsonException exception)
        {
            return Wrong(SyntaxError(exception));
        }
        catch (InvalidOperationException)
        {
            return Wrong("The row holds text that is not valid Unicode.");
        }
    }

    public static string? KeyError(string key) =>
        key.Length == 0 ? "The key is empty."
        : Encoding.UTF8.GetByteCount(key) > MaximumKeyBytes ? $"The key has more than {MaximumKeyBytes} bytes."
        : null;

    /// <summary>A JSON parser's complaint without its advice for programmers.</summary>
    public static string SyntaxError(JsonException exception) => exception.LineNumber is { } line
        ? $"The row is not valid JSON (or deeper than {MaximumDepth} levels) at line {line + 1}, byte {exception.BytePositionInLine + 1}."
        : "The row is not valid JSON.";

    private static RowBodyResult CheckObject(ReferenceTable table, string? key, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Strict);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return Wrong("The row must be one JSON object.");
        string? named = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(RelatedRow.VersionAttribute)) return Wrong($"'{RelatedRow.VersionAttribute}' is set by this service; leave it out and use If-Match.");
            var isKey = reader.ValueTextEquals(table.KeyField);
            reader.Read();
            if (isKey && reader.TokenType != JsonTokenType.String) return Wrong($"'{table.KeyField}' is the key and must be text.");
            if (isKey) named = reader.GetString();
            reader.Skip();
        }

        // Reads to the end of the bytes, so that whatever stands behind the object is an error.
        while (reader.Read())
        {
        }

        return KeyOf(table, key, named);
    }

    private static RowBodyResult KeyOf(ReferenceTable table, string? key, string? named)
    {
        if (key is not null) return named is null || named == key ? new RowBodyResult(key, null) : Wrong($"'{table.KeyField}' is '{Short(named)}' but the row was sent to key '{Short(key)}'.");
        if (named is null) return Wrong($"'{table.KeyField}', the row's key, is missing.");
        return KeyError(named) is { } error ? Wrong(error) : new RowBodyResult(named, null);
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private static RowBodyResult Wrong(string error) => new(null, error);
}

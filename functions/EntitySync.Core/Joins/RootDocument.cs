using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>
/// Checks a root document in one pass, without a DOM: one JSON object in strict UTF-8, no larger than <see cref="MaxBytes"/>,
/// nested no deeper than <see cref="MaxDepth"/>, whose key field equals the record key.
/// </summary>
public sealed class RootDocument(FieldPath keyPath)
{
    public const int MaxBytes = 8 * 1024 * 1024;
    public const int MaxDepth = 64;
    private const int MaxQuotedBytes = 80;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = MaxDepth };

    private readonly byte[][] _keySteps = [.. keyPath.Steps.Select(step => Encoding.UTF8.GetBytes(step.Name))];

    /// <param name="document">The record's value.</param>
    /// <param name="key">The record's key; null when it has none (stream roots), then the key field is not looked at.</param>
    /// <returns>Null when the document can be used, else the reason, fit for a dead letter.</returns>
    public string? FindProblem(ReadOnlySpan<byte> document, ReadOnlyMemory<byte>? key)
    {
        if (document.Length > MaxBytes) return $"document of {document.Length} bytes is larger than {MaxBytes}";
        if (!Utf8.IsValid(document)) return "document is not UTF-8";
        try
        {
            return Read(document, key);
        }
        catch (JsonException problem)
        {
            return $"document is not JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}";
        }
    }

    private string? Read(ReadOnlySpan<byte> document, ReadOnlyMemory<byte>? key)
    {
        var reader = new Utf8JsonReader(document, Strict);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return $"document is {Reasons.Kind(reader.TokenType)}, not an object";

        string? problem = null;
        var keys = 0;
        var matched = 0; // steps of the key path whose properties enclose the reader
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject && matched == reader.CurrentDepth && matched > 0) matched--;
            if (reader.TokenType != JsonTokenType.PropertyName || matched != reader.CurrentDepth - 1) continue;
            if (matched == _keySteps.Length || TextEquals(ref reader, _keySteps[matched]) != true) continue;

            var isLast = matched == _keySteps.Length - 1;
            reader.Read();
            if (isLast)
            {
                keys++;
                problem ??= key is { } bytes ? Compare(ref reader, bytes.Span) : null;
            }
            else if (reader.TokenType == JsonTokenType.StartObject) matched++;
        }

        if (keys > 1) return $"property '{keyPath}' appears twice";
        return problem ?? (keys == 0 && key is not null ? $"document has no '{keyPath}'" : null);
    }

    private string? Compare(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            return $"'{keyPath}' is {Reasons.Kind(reader.TokenType)}; a string or a number equal to the record key is expected";
        }

        return (reader.TokenType == JsonTokenType.Number ? reader.ValueSpan.SequenceEqual(key) : TextEquals(ref reader, key)) switch
        {
            true => null,
            false => $"record key '{Quote(key)}' differs from '{keyPath}', which is '{Quote(reader.ValueSpan)}'",
            null => $"'{keyPath}' has half a surrogate pair in its text",
        };
    }

    // Half a surrogate pair is valid JSON, but no text: the reader finds out when it compares.
    private static bool? TextEquals(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        try
        {
            return reader.ValueTextEquals(text);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Quote(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= MaxQuotedBytes ? Encoding.UTF8.GetString(bytes) : Encoding.UTF8.GetString(bytes[..MaxQuotedBytes]) + "...";
}

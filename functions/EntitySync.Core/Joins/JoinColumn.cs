using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>
/// Reads the join column of related rows: one pass over a row's bytes, without a DOM and without allocation for a good row. A row is one JSON object in strict
/// UTF-8, without half surrogate pairs in its text; the column and the objects around it may be missing or null, and stand there once. Not thread-safe.
/// </summary>
/// <param name="path">The column; may be nested, has no array step.</param>
/// <param name="maximumRowBytes">Largest row that can be used.</param>
internal sealed class JoinColumn(FieldPath path, int maximumRowBytes)
{
    /// <summary>Longest join value; a reference table allows no longer key either.</summary>
    public const int MaximumValueBytes = 2048;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = EnrichmentLimits.DocumentDepth };

    private readonly byte[][] _steps = [.. path.Steps.Select(step => Encoding.UTF8.GetBytes(step.Name))];
    private byte[] _unescaped = new byte[256];

    public RelatedValue Read(ReadOnlySpan<byte> row)
    {
        if (row.Length > maximumRowBytes) return RelatedValue.Bad($"related row of {row.Length} bytes is larger than {maximumRowBytes}");
        if (!Utf8.IsValid(row)) return RelatedValue.Bad("related row is not UTF-8");
        try
        {
            return row.Contains((byte)'\\') && HasBrokenText(row) ? RelatedValue.Bad("related row has half a surrogate pair in its text") : ReadDocument(row);
        }
        catch (JsonException problem)
        {
            return RelatedValue.Bad($"related row is not JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}");
        }
    }

    // Valid JSON, but whoever reads such a name or text of the row later would fail on it.
    private bool HasBrokenText(ReadOnlySpan<byte> row)
    {
        var reader = new Utf8JsonReader(row, Strict);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !TryUnescape(ref reader, out _)) return true;
        }

        return false;
    }

    private RelatedValue ReadDocument(ReadOnlySpan<byte> row)
    {
        var reader = new Utf8JsonReader(row, Strict);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return RelatedValue.Bad($"related row is {Reasons.Kind(reader.TokenType)}, not an object");
        var value = ReadObject(ref reader, 0);
        if (value.Problem is null) reader.Read(); // throws on anything but white space after the closing brace
        return value;
    }

    // Starts on the opening brace. Without a problem it ends on the closing one.
    private RelatedValue ReadObject(scoped ref Utf8JsonReader reader, int step)
    {
        var value = RelatedValue.None;
        var isSeen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals(_steps[step]))
            {
                reader.Skip();
                continue;
            }

            if (isSeen) return RelatedValue.Bad($"property '{PathTo(step)}' appears twice");
            isSeen = true;
            reader.Read();
            value = ReadStep(ref reader, step);
            if (value.Problem is not null) return value;
        }

        return value;
    }

    private RelatedValue ReadStep(scoped ref Utf8JsonReader reader, int step)
    {
        if (reader.TokenType == JsonTokenType.Null) return RelatedValue.None;
        if (step == _steps.Length - 1) return ReadValue(ref reader);
        return reader.TokenType == JsonTokenType.StartObject
            ? ReadObject(ref reader, step + 1)
            : RelatedValue.Bad($"'{PathTo(step)}' is {Reasons.Kind(reader.TokenType)}; an object is expected");
    }

    private RelatedValue ReadValue(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
        {
            return RelatedValue.Bad($"'{path}' is {Reasons.Kind(reader.TokenType)}; a string or a number is expected");
        }

        var bytes = reader.ValueSpan;
        if (reader.ValueIsEscaped) TryUnescape(ref reader, out bytes);
        return bytes.Length <= MaximumValueBytes
            ? RelatedValue.Of(bytes)
            : RelatedValue.Bad($"'{path}' has {bytes.Length} bytes; a join value has at most {MaximumValueBytes}");
    }

    private bool TryUnescape(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        if (_unescaped.Length < reader.ValueSpan.Length) _unescaped = new byte[Math.Max(reader.ValueSpan.Length, 2 * _unescaped.Length)];
        try
        {
            text = _unescaped.AsSpan(0, reader.CopyString(_unescaped));
            return true;
        }
        catch (InvalidOperationException)
        {
            text = default;
            return false;
        }
    }

    private string PathTo(int step) => string.Join('.', path.Steps.Take(step + 1).Select(taken => taken.Name));
}

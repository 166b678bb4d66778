using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>
/// Reads the join value of related rows, of one column or several: one pass over a row's bytes, without a DOM and without allocation for a good row. A row is one JSON
/// object in strict UTF-8, without half surrogate pairs in its text; the columns and the objects around them may be missing or null, and stand there once.
/// Not thread-safe.
/// </summary>
public sealed class JoinColumn
{
    /// <summary>Longest join value; a reference table allows no longer key either.</summary>
    public const int MaximumValueBytes = 2048;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = EnrichmentLimits.DocumentDepth };

    private readonly KeyDefinition _key;
    private readonly int _maximumRowBytes;
    private readonly string _what;
    private readonly KeyComposer _composer;
    private readonly PropertyTable _top;
    private readonly Text[] _texts;
    private readonly Growable<byte> _made = new();

    /// <param name="key">The columns; their paths may be nested and have no array step.</param>
    /// <param name="maximumRowBytes">Largest row that can be used.</param>
    /// <param name="what">What reasons call a row.</param>
    public JoinColumn(KeyDefinition key, int maximumRowBytes, string what = "related row")
    {
        _key = key;
        _maximumRowBytes = maximumRowBytes;
        _what = what;
        _composer = new KeyComposer(key);
        _texts = new Text[_composer.Fields.Length];
        var row = new PathNode("");
        for (var field = 0; field < _texts.Length; field++) row.Reach(_composer.Fields[field], _ => { }).Slot = field;
        _top = row.Look();
    }

    public RelatedValue Read(ReadOnlySpan<byte> row)
    {
        if (row.Length > _maximumRowBytes) return RelatedValue.Bad($"{_what} of {row.Length} bytes is larger than {_maximumRowBytes}");
        if (!Utf8.IsValid(row)) return RelatedValue.Bad($"{_what} is not UTF-8");
        _made.Clear();
        _texts.AsSpan().Clear();
        try
        {
            if (row.Contains((byte)'\\') && HasBrokenText(row)) return RelatedValue.Bad($"{_what} has half a surrogate pair in its text");
            return ReadDocument(row) is { } problem ? RelatedValue.Bad(problem) : ValueOf(row);
        }
        catch (JsonException problem)
        {
            return RelatedValue.Bad($"{_what} is not JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}");
        }
    }

    // Valid JSON, but whoever reads such a name or text of the row later would fail on it.
    private bool HasBrokenText(ReadOnlySpan<byte> row)
    {
        var reader = new Utf8JsonReader(row, Strict);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !IsWhole(ref reader)) return true;
        }

        return false;
    }

    private bool IsWhole(scoped ref Utf8JsonReader reader)
    {
        try
        {
            reader.CopyString(_made.Reserve(reader.ValueSpan.Length));
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private string? ReadDocument(ReadOnlySpan<byte> row)
    {
        var reader = new Utf8JsonReader(row, Strict);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return $"{_what} is {Reasons.Kind(reader.TokenType)}, not an object";
        if (ReadObject(ref reader, _top) is { } problem) return problem;
        reader.Read(); // throws on anything but white space after the closing brace
        return null;
    }

    // Starts on the opening brace. Without a problem it ends on the closing one.
    private string? ReadObject(scoped ref Utf8JsonReader reader, PropertyTable properties)
    {
        Span<ulong> seen = stackalloc ulong[properties.SeenWords()];
        seen.Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (properties.Find(ref reader) is not { } property)
            {
                reader.Skip();
                continue;
            }

            if (!property.IsFirst(seen)) return $"property '{property.Node!.Path}' appears twice";
            reader.Read();
            if (ReadStep(ref reader, property.Node!) is { } problem) return problem;
        }

        return null;
    }

    private string? ReadStep(scoped ref Utf8JsonReader reader, PathNode node)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (node.Properties is not { } properties) return ReadValue(ref reader, node);
        return reader.TokenType == JsonTokenType.StartObject
            ? ReadObject(ref reader, properties)
            : $"'{node.Path}' is {Reasons.Kind(reader.TokenType)}; an object is expected";
    }

    private string? ReadValue(scoped ref Utf8JsonReader reader, PathNode node)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number)) return $"'{node.Path}' is {Reasons.Kind(reader.TokenType)}; a string or a number is expected";
        var start = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
        _texts[node.Slot] = reader.ValueIsEscaped ? Unescape(ref reader) : new Text(true, start, reader.ValueSpan.Length, IsMade: false);
        return null;
    }

    private Text Unescape(scoped ref Utf8JsonReader reader)
    {
        var start = _made.Count;
        _made.Advance(reader.CopyString(_made.Reserve(reader.ValueSpan.Length)));
        return new Text(true, start, _made.Count - start, IsMade: true);
    }

    private RelatedValue ValueOf(ReadOnlySpan<byte> row)
    {
        foreach (ref readonly var text in _texts.AsSpan())
        {
            if (!text.Exists) return RelatedValue.None;
        }

        if (_composer.IsPlain) return PlainValueOf(BytesOf(_texts[0], row));
        var start = _made.Count;
        return _composer.TryAppend(_made, new RowTexts(this, row), MaximumValueBytes)
            ? RelatedValue.Of(_made.Span[start..])
            : RelatedValue.Bad($"'{_key}' has more than {MaximumValueBytes} bytes; a join value has at most so many");
    }

    private RelatedValue PlainValueOf(ReadOnlySpan<byte> value) => value.Length <= MaximumValueBytes
        ? RelatedValue.Of(value)
        : RelatedValue.Bad($"'{_key}' has {value.Length} bytes; a join value has at most {MaximumValueBytes}");

    private ReadOnlySpan<byte> BytesOf(in Text text, ReadOnlySpan<byte> row) => (text.IsMade ? _made.Span : row).Slice(text.Start, text.Length);

    /// <summary>Where a field's text is: in the row, or, when it had escapes, in what was made of the row.</summary>
    private readonly record struct Text(bool Exists, int Start, int Length, bool IsMade);

    private readonly ref struct RowTexts(JoinColumn column, ReadOnlySpan<byte> row) : IFieldTexts
    {
        private readonly JoinColumn _column = column;
        private readonly ReadOnlySpan<byte> _row = row;

        public ReadOnlySpan<byte> Of(int field) => _column.BytesOf(_column._texts[field], _row);
    }
}

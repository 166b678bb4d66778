using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;

namespace EntitySync.Core.Enrichment;

/// <summary>The texts of a key's fields, as one document has them.</summary>
internal interface IFieldTexts
{
    /// <param name="field">Index into <see cref="KeyComposer.Fields"/>.</param>
    /// <returns>UTF-8, unescaped; a number as it stands.</returns>
    ReadOnlySpan<byte> Of(int field);
}

/// <summary>
/// Makes a key of the texts of its fields. It is the only place that does: root and related row meet when both make equal bytes.
/// The key of one column is the column's text, that of several the JSON array of the texts as JSON strings. Only <c>"</c>, <c>\</c> and characters below 0x20 are escaped
/// in it, each in one way, so that other texts always make another key. Immutable, thread-safe.
/// </summary>
internal sealed class KeyComposer
{
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(character => (byte)character)]);

    private readonly Column[] _columns;

    public KeyComposer(KeyDefinition definition)
    {
        Fields = [.. definition.Paths.Distinct()];
        IsPlain = definition.Path is not null;
        IsComposite = definition.Columns.Length > 1;
        _columns = [.. definition.Columns.Select(column => new Column(column.Case, [.. column.Parts.Select(part => PartOf(part, column.Case))]))];
    }

    /// <summary>The fields that the key is made of, each once.</summary>
    public ImmutableArray<FieldPath> Fields { get; }

    /// <summary>True when the key is the text of its only field.</summary>
    public bool IsPlain { get; }

    private bool IsComposite { get; }

    /// <summary>Appends the key to <paramref name="key"/>.</summary>
    /// <returns>False, and nothing is appended, when it has more than <paramref name="maximumBytes"/>.</returns>
    public bool TryAppend<TTexts>(Growable<byte> key, TTexts texts, long maximumBytes)
        where TTexts : IFieldTexts, allows ref struct
    {
        var start = key.Count;
        var separator = (byte)'[';
        foreach (var column in _columns)
        {
            if (IsComposite) key.Append([separator, (byte)'"']);
            foreach (var part in column.Parts)
            {
                if (part.Field >= 0) AppendText(key, texts.Of(part.Field), column.Case, IsComposite);
                else key.Append(part.Text);
                if (key.Count - start > maximumBytes) return Undo(key, start);
            }

            if (IsComposite) key.Add((byte)'"');
            separator = (byte)',';
        }

        if (IsComposite) key.Add((byte)']');
        return key.Count - start <= maximumBytes || Undo(key, start);
    }

    private static bool Undo(Growable<byte> key, int start)
    {
        key.Truncate(start);
        return false;
    }

    private Part PartOf(KeyPart part, LetterCase letterCase)
    {
        if (part.Path is { } path) return new Part(Fields.IndexOf(path), []);
        var text = new Growable<byte>();
        AppendText(text, Encoding.UTF8.GetBytes(part.Text), letterCase, IsComposite);
        return new Part(-1, text.Span.ToArray());
    }

    // Changing the case of a text neither makes nor takes away a character that is escaped, and what is between two of them is whole characters.
    private static void AppendText(Growable<byte> key, scoped ReadOnlySpan<byte> text, LetterCase letterCase, bool isQuoted)
    {
        while (isQuoted && text.IndexOfAny(Escaped) is >= 0 and var at)
        {
            AppendCased(key, text[..at], letterCase);
            AppendEscape(key, text[at]);
            text = text[(at + 1)..];
        }

        AppendCased(key, text, letterCase);
    }

    private static void AppendCased(Growable<byte> key, scoped ReadOnlySpan<byte> text, LetterCase letterCase)
    {
        if (letterCase == LetterCase.AsIs)
        {
            key.Append(text);
            return;
        }

        while (!text.IsEmpty)
        {
            var room = key.Reserve(text.Length);
            _ = letterCase == LetterCase.Lower ? Ascii.ToLower(text, room, out var ascii) : Ascii.ToUpper(text, room, out ascii);
            key.Advance(ascii);
            text = text[ascii..];
            if (text.IsEmpty) return;
            Rune.DecodeFromUtf8(text, out var rune, out var length);
            var cased = letterCase == LetterCase.Lower ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune);
            key.Advance(cased.EncodeToUtf8(key.Reserve(4)));
            text = text[length..];
        }
    }

    private static void AppendEscape(Growable<byte> key, byte character)
    {
        const string hex = "0123456789abcdef";
        ReadOnlySpan<byte> escape = character switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\b' => "\\b"u8,
            (byte)'\f' => "\\f"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' => "\\t"u8,
            _ => [(byte)'\\', (byte)'u', (byte)'0', (byte)'0', (byte)hex[character >> 4], (byte)hex[character & 15]],
        };
        key.Append(escape);
    }

    private readonly record struct Column(LetterCase Case, Part[] Parts);

    /// <summary>A field, or (with -1) text in the case and form in which the key has it.</summary>
    private readonly record struct Part(int Field, byte[] Text);
}

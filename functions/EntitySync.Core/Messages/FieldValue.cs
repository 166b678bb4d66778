using System.Text.Json;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Messages;

/// <summary>Where a value stands in a document.</summary>
/// <param name="Token">What it begins with; <see cref="JsonTokenType.None"/> when the field is absent, <see cref="JsonTokenType.Null"/> when it is null.</param>
/// <param name="Start">Its first byte; of a string the quote.</param>
/// <param name="Length">Bytes, quotes included.</param>
/// <param name="IsEscaped">True for a string with escapes.</param>
internal readonly record struct FieldValue(JsonTokenType Token, int Start, int Length, bool IsEscaped)
{
    /// <summary>False when the field is absent or null.</summary>
    public bool Exists => Token is not (JsonTokenType.None or JsonTokenType.Null);

    public ReadOnlySpan<byte> Json(ReadOnlySpan<byte> document) => document.Slice(Start, Length);

    /// <summary>A string's text, unescaped; a number (or anything else) as it stands.</summary>
    /// <param name="document">The document it was found in.</param>
    /// <param name="scratch">Overwritten when there is something to unescape; holds the text then.</param>
    /// <exception cref="InvalidOperationException">Half a surrogate pair: valid JSON, but no text.</exception>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> document, Growable<byte> scratch)
    {
        if (Token != JsonTokenType.String) return Json(document);
        if (!IsEscaped) return document.Slice(Start + 1, Length - 2);
        var reader = new Utf8JsonReader(Json(document));
        reader.Read();
        scratch.Clear();
        scratch.Advance(reader.CopyString(scratch.Reserve(Length)));
        return scratch.Span;
    }
}

/// <summary>What a <see cref="FieldReader"/> found in one document; reused from one to the next.</summary>
internal sealed class FieldValues
{
    private FieldValue[] _single = [];

    /// <summary>Values of the field that is listed, in the order of the document.</summary>
    public Growable<FieldValue> Listed { get; } = new();

    /// <summary>For texts that have to be unescaped.</summary>
    public Growable<byte> Scratch { get; } = new();

    /// <summary>For keys that have to be composed.</summary>
    public Growable<byte> Key { get; } = new();

    public ref FieldValue this[int field] => ref _single[field];

    public void Clear(int fields)
    {
        if (_single.Length < fields) _single = new FieldValue[fields];
        _single.AsSpan().Clear();
        Listed.Clear();
    }
}

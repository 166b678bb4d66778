using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.Samples;

/// <summary>Makes the record key of a document from its fields, as the writer of the topic would.</summary>
public sealed class SampleKeys
{
    private const string SayIt = "write the line as {\"$key\":...,\"$value\":...}";

    private readonly KeyDefinition _key;
    private readonly string? _refusal;
    private readonly HashSet<string>? _seen;

    private SampleKeys(KeyDefinition key, string? refusal = null, bool isUnique = false)
    {
        _key = key;
        _refusal = refusal;
        _seen = isUnique ? new HashSet<string>(StringComparer.Ordinal) : null;
    }

    /// <summary>Documents without <c>$key</c> have no key.</summary>
    public static SampleKeys None { get; } = new(KeyDefinition.None);

    /// <summary>Of the root's topic: the text of <c>root.key</c>; the same key again is an update.</summary>
    public static SampleKeys OfRoot(EntityDefinition definition) => new(definition.Root.Key, Refusal(definition.Root.Format));

    /// <summary>
    /// Of a relation's topic: the text of its <c>key</c>. With <c>many</c> a join column that comes twice is that of two rows, which only their own keys tell apart.
    /// </summary>
    public static SampleKeys OfRelation(RelationDefinition relation) => new(relation.Key, Refusal(relation.Format), relation.Many);

    /// <returns>Bytes of the key; null when the definition names none.</returns>
    /// <exception cref="FormatException">The document has no such key, or must bring its own.</exception>
    public ReadOnlyMemory<byte>? KeyOf(JsonElement document)
    {
        if (_refusal is not null) throw new FormatException(_refusal);
        if (_key.Columns.IsEmpty) return null;
        var texts = _key.Columns.Select(column => TextOf(column, document)).ToList();
        if (texts.Contains(null)) throw new FormatException($"the document has no value at '{_key}' for its key; {SayIt}");
        var key = texts is [var one] ? one! : "[" + string.Join(',', texts.Select(text => Quoted(text!))) + "]";
        if (_seen?.Add(key) == false) throw new FormatException($"'{key}' at '{_key}' comes twice, so it is not the row's own key; {SayIt}");
        return Encoding.UTF8.GetBytes(key);
    }

    private static string? Refusal(DocumentFormat format) =>
        format == DocumentFormat.Debezium ? $"a change event does not hold its record key; {SayIt}, the key as the connector writes it, such as {{\"id\":1}}" : null;

    private static string? TextOf(KeyColumn column, JsonElement document)
    {
        var text = new StringBuilder();
        foreach (var part in column.Parts)
        {
            if (part.Path is null) text.Append(part.Text);
            else if (TextOf(part.Path, document) is { } value) text.Append(value);
            else return null;
        }

        return column.Case switch
        {
            LetterCase.Lower => ByRune(text.ToString(), Rune.ToLowerInvariant),
            LetterCase.Upper => ByRune(text.ToString(), Rune.ToUpperInvariant),
            _ => text.ToString(),
        };
    }

    private static string? TextOf(FieldPath path, JsonElement value)
    {
        foreach (var step in path.Steps)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step.Name, out value)) return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
    }

    private static string ByRune(string text, Func<Rune, Rune> change) => string.Concat(text.EnumerateRunes().Select(rune => change(rune).ToString()));

    // As composite keys are written: compact, and nothing escaped but what JSON demands.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            quoted.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\u{(int)character:x4}",
                _ => character.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}

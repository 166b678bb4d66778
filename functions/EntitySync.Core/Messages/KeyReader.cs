using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;

namespace EntitySync.Core.Messages;

/// <summary>Makes texts of what a <see cref="FieldReader"/> found: ids of keys, elements, amounts. Immutable, thread-safe.</summary>
internal sealed class KeyReader
{
    /// <summary>Most bytes of an id or an element, UTF-8.</summary>
    public const int MaximumBytes = 1024;

    private readonly KeyDefinition _key;
    private readonly KeyComposer _composer;
    private readonly int[] _fields;

    /// <exception cref="InvalidRequestException">The key may have several values.</exception>
    public KeyReader(string owner, KeyDefinition key, FieldReader fields)
    {
        if (key.IsMany || key.Columns.IsEmpty) throw new InvalidRequestException($"{owner}: the key '{key}' is not one value; a message belongs to one.");
        _key = key;
        _composer = new KeyComposer(key);
        _fields = [.. _composer.Fields.Select(fields.IndexOf)];
    }

    /// <returns>Why there is no id; null when there is.</returns>
    public string? Read(ReadOnlySpan<byte> message, FieldValues values, out string id)
    {
        var problem = Compose(message, values);
        id = problem is null ? Encoding.UTF8.GetString(values.Key.Span) : "";
        return problem;
    }

    /// <summary>As <see cref="Read"/>; the id (UTF-8) is left in <see cref="FieldValues.Key"/>.</summary>
    public string? Compose(ReadOnlySpan<byte> message, FieldValues values)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!values[_fields[i]].Exists) return $"the message has no value in '{_composer.Fields[i]}', its key";
            if (TextProblem(_composer.Fields[i].Text, values[_fields[i]]) is { } problem) return problem;
        }

        values.Key.Clear();
        try
        {
            if (!_composer.TryAppend(values.Key, new MessageTexts(this, message, values), MaximumBytes)) return $"the key '{_key}' has more than {MaximumBytes} bytes";
        }
        catch (InvalidOperationException)
        {
            return HalfPair(_key.ToString());
        }

        return values.Key.Count == 0 ? $"the key '{_key}' is empty" : null;
    }

    /// <summary>The id of a tombstone, which has no document to take it from: the record's key.</summary>
    /// <returns>Why there is none; null when <paramref name="key"/> is one.</returns>
    public static string? ReadTombstone(ReadOnlyMemory<byte>? key)
    {
        if (key is not { Length: > 0 } bytes) return "a tombstone without key: nobody knows what it takes back";
        if (bytes.Length > MaximumBytes) return $"the record's key has {bytes.Length} bytes, more than {MaximumBytes}";
        return Utf8.IsValid(bytes.Span) ? null : "the record's key is not UTF-8";
    }

    /// <summary>The text of a string or number, of at most <see cref="MaximumBytes"/>.</summary>
    /// <returns>Why there is none; null when there is.</returns>
    public static string? ReadText(string field, in FieldValue value, ReadOnlySpan<byte> message, FieldValues values, out string text)
    {
        text = "";
        if (TextProblem(field, value) is { } problem) return problem;
        try
        {
            var bytes = value.Text(message, values.Scratch);
            if (bytes.Length > MaximumBytes) return $"'{field}' has {bytes.Length} bytes, more than {MaximumBytes}";
            text = Encoding.UTF8.GetString(bytes);
            return null;
        }
        catch (InvalidOperationException)
        {
            return HalfPair(field);
        }
    }

    private static string? TextProblem(string field, in FieldValue value) =>
        value.Token is JsonTokenType.String or JsonTokenType.Number ? null
        : value.Exists ? $"'{field}' is {Reasons.Kind(value.Token)}; a string or a number is expected"
        : $"the message has no value in '{field}'";

    private static string HalfPair(string field) => $"'{field}' has half a surrogate pair in its text";

    private readonly ref struct MessageTexts(KeyReader reader, ReadOnlySpan<byte> message, FieldValues values) : IFieldTexts
    {
        private readonly ReadOnlySpan<byte> _message = message;

        public ReadOnlySpan<byte> Of(int field) => values[reader._fields[field]].Text(_message, values.Scratch);
    }
}

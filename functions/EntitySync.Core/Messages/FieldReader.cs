using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Messages;

/// <summary>
/// Finds the fields of a definition in one pass over a message's bytes. A message is one JSON object in strict UTF-8; the fields and the objects around them may be
/// missing or null, and stand there once. Immutable, thread-safe.
/// </summary>
/// <remarks>One field may be listed, that is, go through arrays: then every element of the last of them has a value.</remarks>
internal sealed class FieldReader
{
    /// <summary>Most values of a listed field.</summary>
    public const int MaximumListed = 1000;

    private static readonly JsonReaderOptions Strict = new() { MaxDepth = EnrichmentLimits.DocumentDepth };

    private readonly ImmutableArray<FieldPath> _fields;
    private readonly FieldPath? _listed;
    private readonly bool _takesAnyShape;
    private readonly PropertyTable _top;
    private readonly PathNode? _lastElement;

    /// <param name="fields">Fields of one value; found under their index.</param>
    /// <param name="listed">The field of several values; null without.</param>
    /// <param name="takesAnyShape">True when a field is absent where something else than an object stands on the way to it; false refuses the message.</param>
    public FieldReader(IEnumerable<FieldPath> fields, FieldPath? listed, bool takesAnyShape = false)
    {
        _takesAnyShape = takesAnyShape;
        _fields = [.. fields.Distinct()];
        _listed = listed;
        var message = new PathNode("");
        for (var field = 0; field < _fields.Length; field++) message.Reach(_fields[field], _ => { }).Slot = field;
        if (listed is not null && !_fields.Contains(listed))
        {
            PathNode? lastElement = null;
            message.Reach(listed, node => lastElement = node.IsElement ? node : lastElement).Slot = _fields.Length;
            _lastElement = lastElement;
        }

        _top = message.Look();
    }

    /// <summary>Index of <paramref name="field"/> in <see cref="FieldValues"/>.</summary>
    public int IndexOf(FieldPath field) => _fields.IndexOf(field);

    /// <returns>Why the message cannot be used; null when it can.</returns>
    public string? Read(ReadOnlySpan<byte> message, FieldValues values)
    {
        values.Clear(_fields.Length);
        if (message.IsEmpty) return "the value is empty";
        if (message.Length > EnrichmentLimits.DocumentBytes) return $"the message has {message.Length} bytes, more than {EnrichmentLimits.DocumentBytes}";
        if (!Utf8.IsValid(message)) return "the message is not UTF-8";
        try
        {
            var reader = new Utf8JsonReader(message, Strict);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) return $"the message is {Reasons.Kind(reader.TokenType)}, one object is expected";
            if (ReadObject(ref reader, _top, values) is { } problem) return problem;
            reader.Read(); // throws on anything but white space after the closing brace
            ListSingle(values);
            return null;
        }
        catch (JsonException problem)
        {
            return $"the message is not JSON: line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}";
        }
    }

    // A list that is a field of its own as well (the key itself is what has to arrive) is of one value.
    private void ListSingle(FieldValues values)
    {
        if (_listed is not null && _fields.IndexOf(_listed) is >= 0 and var field && values[field].Exists) values.Listed.Add(values[field]);
    }

    // Starts on the opening brace. Without a problem it ends on the closing one.
    private string? ReadObject(scoped ref Utf8JsonReader reader, PropertyTable properties, FieldValues values)
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
            if (ReadValue(ref reader, property.Node!, values) is { } problem) return problem;
        }

        return null;
    }

    private string? ReadValue(scoped ref Utf8JsonReader reader, PathNode node, FieldValues values)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            if (node.Slot >= 0 && node.Slot < _fields.Length) values[node.Slot] = new FieldValue(JsonTokenType.Null, (int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex), false);
            return null;
        }

        if (node.Element is { } element) return ReadArray(ref reader, node, element, values);
        var (token, start, isEscaped) = (reader.TokenType, (int)reader.TokenStartIndex, reader.ValueIsEscaped);
        if (node.Properties is { } properties && token == JsonTokenType.StartObject)
        {
            if (ReadObject(ref reader, properties, values) is { } problem) return problem;
        }
        else if (node.Properties is not null && node.Slot < 0 && !_takesAnyShape)
        {
            return $"'{node.Path}' is {Reasons.Kind(token)}; an object is expected";
        }

        reader.Skip();
        if (node.Slot < 0) return null;
        var value = new FieldValue(token, start, (int)reader.BytesConsumed - start, isEscaped);
        if (node.Slot < _fields.Length) values[node.Slot] = value;
        else values.Listed.Add(value);
        return null;
    }

    private string? ReadArray(scoped ref Utf8JsonReader reader, PathNode node, PathNode element, FieldValues values)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return $"'{node.Path}' is {Reasons.Kind(reader.TokenType)}; an array is expected";
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var before = values.Listed.Count;
            if (ReadValue(ref reader, element, values) is { } problem) return problem;
            if (element == _lastElement && values.Listed.Count == before) return $"element {index} of '{node.Path}' has no value in '{_listed}'";
            if (values.Listed.Count > MaximumListed) return $"'{_listed}' has more than {MaximumListed} values";
        }

        return null;
    }
}

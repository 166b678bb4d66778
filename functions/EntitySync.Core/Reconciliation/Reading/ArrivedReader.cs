using System.Runtime.InteropServices;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Messages;

namespace EntitySync.Core.Reconciliation.Reading;

/// <summary>Reads messages of the arrived topic. Immutable, thread-safe.</summary>
internal sealed class ArrivedReader
{
    private readonly ArrivedDefinition _arrived;
    private readonly FieldReader _fields;
    private readonly KeyReader _key;
    private readonly AmountReader? _amount;
    private readonly byte[][] _names;

    /// <exception cref="InvalidRequestException">Key, element or a field may have several values.</exception>
    public ArrivedReader(ReconciliationDefinition definition)
    {
        _arrived = definition.Arrived;
        FieldPath[] fields = [.. _arrived.Key.Paths, _arrived.Element, .. AmountReader.FieldsOf(_arrived.Amount), .. _arrived.Fields.Select(field => field.Source)];
        if (Array.Find(fields, field => field.IsMany) is { } many) throw new InvalidRequestException($"Reconciliation '{definition.Entity}': '{many}' of what arrives is not one value.");
        _fields = new FieldReader(fields, null);
        _key = new KeyReader($"Reconciliation '{definition.Entity}'", _arrived.Key, _fields);
        _amount = _arrived.Amount is { } amount ? new AmountReader(amount, _fields) : null;
        _names = [.. _arrived.Fields.Select(field => PropertyName.Encode(field.Target))];
    }

    public ArrivedMessage Read(ReadOnlyMemory<byte> bytes, FieldValues values)
    {
        var message = bytes.Span;
        if (_fields.Read(message, values) is { } problem) return ArrivedMessage.Bad(problem);
        if (_key.Read(message, values, out var id) is { } noKey) return ArrivedMessage.Bad(noKey);
        var element = values[_fields.IndexOf(_arrived.Element)];
        if (KeyReader.ReadText(_arrived.Element.Text, element, message, values, out var text) is { } noElement) return ArrivedMessage.Bad(noElement);
        Amount? amount = null;
        if (_amount is not null)
        {
            if (_amount.Read(message, values, out var read) is { } noAmount) return ArrivedMessage.Bad(noAmount);
            amount = read;
        }

        return new ArrivedMessage(null, id, text, _names.Length == 0 ? bytes : FieldsOf(message, values), amount);
    }

    private byte[] FieldsOf(ReadOnlySpan<byte> message, FieldValues values)
    {
        var json = values.Key;
        json.Clear();
        for (var i = 0; i < _names.Length; i++)
        {
            json.Add(i == 0 ? (byte)'{' : (byte)',');
            json.Append(_names[i]);
            var field = _arrived.Fields[i];
            ref readonly var value = ref values[_fields.IndexOf(field.Source)];
            if (value.Exists) json.Append(value.Json(message));
            else if (field.Default is { } constant) json.Append(ImmutableCollectionsMarshal.AsArray(constant));
            else json.Append("null"u8);
        }

        json.Add((byte)'}');
        return json.Span.ToArray();
    }
}

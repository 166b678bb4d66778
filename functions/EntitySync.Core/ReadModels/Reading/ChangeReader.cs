using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using EntitySync.Core.Definitions;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Facts;

namespace EntitySync.Core.ReadModels.Reading;

/// <summary>Reads what an event does to one field. Immutable, thread-safe.</summary>
internal sealed class ChangeReader
{
    private readonly FieldChange _change;
    private readonly int _field;
    private readonly ModelField _target;
    private readonly int _source;
    private readonly ReadOnlyMemory<byte>? _constant;
    private readonly (byte[] Name, int Source, ReadOnlyMemory<byte>? Default)[] _members;

    public ChangeReader(CompiledReadModel model, FieldChange change, FieldReader fields)
    {
        _change = change;
        _field = model.IndexOf(change.Field);
        _target = model.Fields[_field];
        _source = change.Source is { } source ? fields.IndexOf(source) : -1;
        _constant = Constant(change.Constant);
        _members = [.. change.Fields.Select(member => (PropertyName.Encode(member.Target), fields.IndexOf(member.Source), Constant(member.Default)))];
    }

    /// <summary>Appends the change to <paramref name="changes"/>, or nothing when the event leaves the field alone.</summary>
    /// <returns>Why the event cannot be used; null when it can.</returns>
    public string? Read(ReadOnlyMemory<byte> message, FieldValues values, Growable<Fact> changes)
    {
        if (_members.Length > 0)
        {
            changes.Add(new Fact { Field = _field, Kind = FactKind.Value, Value = Object(message.Span, values) });
            return null;
        }

        var token = _source >= 0 ? values[_source].Token : JsonTokenType.None;
        var exists = _source >= 0 && values[_source].Exists;
        ReadOnlyMemory<byte>? value = exists ? message.Slice(values[_source].Start, values[_source].Length) : _constant;
        return _target.Kind switch
        {
            FieldKind.Sum => ReadAmount(message.Span, values, exists, value, changes),
            FieldKind.State => value is null ? null : ReadState(message.Span, values, exists, value.Value, changes),
            _ => ReadValue(value, token, changes),
        };
    }

    private string? ReadValue(ReadOnlyMemory<byte>? value, JsonTokenType token, Growable<Fact> changes)
    {
        var fact = new Fact { Field = _field, Kind = FactKind.Value };
        if (value is { } json) fact.Value = json;
        else if (_change.Kind == FieldChangeKind.Replace) fact.Kind = FactKind.Removed;
        else if (_change.Kind == FieldChangeKind.Set && token == JsonTokenType.Null) fact.Value = Null;
        else return null;
        changes.Add(fact);
        return null;
    }

    private string? ReadAmount(ReadOnlySpan<byte> message, FieldValues values, bool exists, ReadOnlyMemory<byte>? value, Growable<Fact> changes)
    {
        var name = _change.Source?.Text ?? _change.Field;
        if (value is not { } json) return $"the message has no value in '{name}', which is added to '{_change.Field}'";
        decimal amount;
        if (exists)
        {
            ref readonly var found = ref values[_source];
            if (found.Token is not (JsonTokenType.Number or JsonTokenType.String)) return $"'{name}' is {Reasons.Kind(found.Token)}, not a number";
            try
            {
                if (AmountText.Read(name, found.Text(message, values.Scratch), out amount) is { } problem) return problem;
            }
            catch (InvalidOperationException)
            {
                return $"'{name}' has half a surrogate pair in its text";
            }
        }
        else if (AmountText.Read(name, json.Span, out amount) is { } problem)
        {
            return problem;
        }

        changes.Add(new Fact { Field = _field, Kind = FactKind.Amount, Amount = AmountSum.Of(amount) });
        return null;
    }

    private string? ReadState(ReadOnlySpan<byte> message, FieldValues values, bool exists, ReadOnlyMemory<byte> value, Growable<Fact> changes)
    {
        var name = _change.Source?.Text ?? _change.Field;
        var text = "";
        if (exists && KeyReader.ReadText(name, values[_source], message, values, out text) is { } problem) return problem;
        if (!exists) text = TextOf(value);
        var state = Array.FindIndex(_target.States, one => one.Text == text);
        if (state < 0) return $"'{name}' is {Reasons.Quote(Encoding.UTF8.GetBytes(text))}, none of the states of '{_change.Field}': {string.Join(", ", _target.States.Select(one => one.Text))}";
        changes.Add(new Fact { Field = _field, Kind = FactKind.State, State = state });
        return null;
    }

    private byte[] Object(ReadOnlySpan<byte> message, FieldValues values)
    {
        var json = values.Key;
        json.Clear();
        for (var i = 0; i < _members.Length; i++)
        {
            json.Add(i == 0 ? (byte)'{' : (byte)',');
            json.Append(_members[i].Name);
            ref readonly var value = ref values[_members[i].Source];
            json.Append(value.Exists ? value.Json(message) : (_members[i].Default ?? Null).Span);
        }

        json.Add((byte)'}');
        return json.Span.ToArray();
    }

    private static ReadOnlyMemory<byte> Null { get; } = "null"u8.ToArray();

    private static ReadOnlyMemory<byte>? Constant(ImmutableArray<byte>? constant) => constant is { } bytes ? (ReadOnlyMemory<byte>?)bytes.AsMemory() : null;

    private static string TextOf(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ToString();
    }
}

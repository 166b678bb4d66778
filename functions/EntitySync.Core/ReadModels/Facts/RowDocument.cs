using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Reading;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>
/// Works out the row that readers see from its facts: fields in the order of the definition, values byte for byte as the events had them. Reused from one row to the next.
/// </summary>
internal sealed class RowDocument(CompiledReadModel model)
{
    private readonly Growable<byte> _json = new();
    private readonly Growable<(int Start, int Length)> _values = new();
    private readonly Growable<Element> _elements = new();
    private readonly Growable<long> _deleted = new();

    /// <summary>What <see cref="Write"/> wrote.</summary>
    public ReadOnlySpan<byte> Json => _json.Span;

    /// <summary>True when the row has no field.</summary>
    public bool IsEmpty => _json.Count == 2;

    /// <summary>JSON text of a field's value; empty when the row has none.</summary>
    public ReadOnlySpan<byte> Value(int field) => _json.Span.Slice(_values[field].Start, _values[field].Length);

    public void Write(RowFacts facts)
    {
        _json.Clear();
        _values.Clear();
        _deleted.Clear();
        foreach (var lane in facts.Lanes) _deleted.Add(facts.DeletedElsewhere(lane));
        _json.Add((byte)'{');
        for (var field = 0; field < model.Fields.Length; field++) WriteField(facts, field);
        _json.Add((byte)'}');
    }

    private void WriteField(RowFacts facts, int field)
    {
        var start = _json.Count;
        if (start > 1) _json.Add((byte)',');
        _json.Append(model.Fields[field].Encoded);
        var value = _json.Count;
        switch (model.Fields[field].Kind)
        {
            case FieldKind.Value: WriteNewest(facts, field); break;
            case FieldKind.State: WriteLast(facts, field); break;
            case FieldKind.List: WriteList(facts, field); break;
            default: WriteSum(facts, field); break;
        }

        _values.Add((value, _json.Count - value));
        if (_json.Count == value) _json.Truncate(start);
        if (_json.Count == start) _values[field] = default;
    }

    private void WriteNewest(RowFacts facts, int field)
    {
        var newest = default(Fact);
        var isFound = false;
        for (var i = 0; i < facts.Lanes.Count; i++)
        {
            var lane = facts.Lanes[i];
            var at = lane.FirstOf(field);
            if (at == lane.Facts.Count || lane.Facts[at].Field != field) continue;
            ref readonly var fact = ref lane.Facts[at];
            if (fact.Time <= _deleted[i] || (isFound && fact.Time < newest.Time)) continue;
            (newest, isFound) = (fact, true);
        }

        if (isFound && newest.Kind == FactKind.Value) _json.Append(newest.Value.Span);
    }

    private void WriteLast(RowFacts facts, int field)
    {
        var last = -1;
        for (var i = 0; i < facts.Lanes.Count; i++)
        {
            foreach (ref readonly var fact in Of(facts.Lanes[i], field))
            {
                if (fact.Time > _deleted[i]) last = Math.Max(last, fact.State);
            }
        }

        if (last >= 0) _json.Append(model.Fields[field].States[last].Json);
    }

    private void WriteList(RowFacts facts, int field)
    {
        _elements.Clear();
        for (var i = 0; i < facts.Lanes.Count; i++)
        {
            foreach (ref readonly var fact in Of(facts.Lanes[i], field))
            {
                if (fact.Time > _deleted[i]) _elements.Add(new Element(fact.Time, _elements.Count, fact.Value));
            }
        }

        if (_elements.Count == 0) return;
        _elements.Span.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Order.CompareTo(b.Order));
        var separator = (byte)'[';
        foreach (ref readonly var element in _elements.Span[Math.Max(0, _elements.Count - model.Fields[field].Limit)..])
        {
            _json.Add(separator);
            _json.Append(element.Value.Span);
            separator = (byte)',';
        }

        _json.Add((byte)']');
    }

    private void WriteSum(RowFacts facts, int field)
    {
        AmountSum? sum = null;
        for (var i = 0; i < facts.Lanes.Count; i++)
        {
            var amounts = Of(facts.Lanes[i], field);
            var old = model.HasDeletes ? Math.Max(0, amounts.Length - model.AmountsOfALane) : 0;
            for (var j = 0; j < amounts.Length; j++)
            {
                // Those too many count with the time of the one that they are, or will be, added up in.
                if (model.HasDeletes && amounts[Math.Max(j, old)].Time <= _deleted[i]) continue;
                sum = sum is { } before ? before + amounts[j].Amount : amounts[j].Amount;
            }
        }

        if (sum is { } amount) _json.Append(Encoding.ASCII.GetBytes(amount.ToString()));
    }

    private static ReadOnlySpan<Fact> Of(LaneFacts lane, int field)
    {
        var first = lane.FirstOf(field);
        return lane.Facts.Span[first..lane.EndOf(field)];
    }

    private readonly record struct Element(long Time, int Order, ReadOnlyMemory<byte> Value);
}

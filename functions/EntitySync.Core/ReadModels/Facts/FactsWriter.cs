using System.Buffers.Binary;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins;
using EntitySync.Core.ReadModels.Reading;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>
/// Writes the facts of a row in their compact form: a version byte, then varints. Each lane has a table of its events (offset and time, as differences); its facts name theirs by
/// index, so that an event that changes many fields costs little. Reused from one row to the next.
/// </summary>
internal sealed class FactsWriter(CompiledReadModel model)
{
    public const byte Form = 1;

    /// <summary>Of an id's hash.</summary>
    public const int IdBytes = 16;

    public const int HasUpTo = 1;
    public const int HasLive = 2;
    public const int HasExistence = 4;
    public const int HasDeletion = 8;
    public const int AllFlags = HasUpTo | HasLive | HasExistence | HasDeletion;

    private readonly Growable<byte> _bytes = new();
    private readonly Growable<(long Offset, long Time)> _events = new();

    public byte[] Write(RowFacts facts)
    {
        _bytes.Clear();
        _bytes.Add(Form);
        Number((ulong)facts.Lanes.Count);
        foreach (var lane in facts.Lanes) Write(lane);
        return _bytes.Span.ToArray();
    }

    private void Write(LaneFacts lane)
    {
        Number((ulong)lane.Topic);
        Number((ulong)lane.Partition);
        var flags = (lane.UpTo == LaneFacts.None ? 0 : HasUpTo) | (lane.From == LaneFacts.None ? 0 : HasLive)
            | (lane.ExistsOffset == LaneFacts.None ? 0 : HasExistence) | (lane.DeletedOffset == LaneFacts.None ? 0 : HasDeletion);
        _bytes.Add((byte)flags);
        if ((flags & HasUpTo) != 0) Number((ulong)lane.UpTo);
        if ((flags & HasLive) != 0)
        {
            Number((ulong)lane.From);
            Number((ulong)(lane.To - lane.From));
        }

        if ((flags & HasDeletion) != 0)
        {
            Number((ulong)lane.DeletedOffset);
            Signed(lane.DeletedTime);
        }

        WriteEvents(lane);
        if ((flags & HasExistence) != 0) Number((ulong)IndexOf(lane.ExistsOffset));
        Number((ulong)lane.Facts.Count);
        foreach (ref readonly var fact in lane.Facts.Span) Write(fact, model.HasIds[lane.Topic]);
    }

    private void WriteEvents(LaneFacts lane)
    {
        _events.Clear();
        if (lane.ExistsOffset != LaneFacts.None) _events.Add((lane.ExistsOffset, lane.ExistsTime));
        foreach (ref readonly var fact in lane.Facts.Span)
        {
            if (fact.Offset != LaneFacts.None && (_events.Count == 0 || _events[^1].Offset != fact.Offset)) _events.Add((fact.Offset, fact.Time));
        }

        Distinct();
        Number((ulong)_events.Count);
        var (offset, time) = (0L, 0L);
        foreach (var one in _events.Span)
        {
            Number((ulong)(one.Offset - offset));
            Signed(one.Time - time);
            (offset, time) = one;
        }
    }

    private void Distinct()
    {
        var events = _events.Span;
        if (events.Length < 2) return;
        events.Sort(static (a, b) => a.Offset.CompareTo(b.Offset));
        var count = 1;
        for (var i = 1; i < events.Length; i++)
        {
            if (events[i].Offset != events[count - 1].Offset) events[count++] = events[i];
        }

        _events.Truncate(count);
    }

    private int IndexOf(long offset)
    {
        var (low, high) = (0, _events.Count - 1);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_events[middle].Offset < offset) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Write(in Fact fact, bool hasId)
    {
        Number((ulong)fact.Field);
        if (fact.Offset != LaneFacts.None) Number((ulong)IndexOf(fact.Offset));
        var kind = model.Fields[fact.Field].Kind;
        if (hasId && kind is (FieldKind.Sum or FieldKind.List))
        {
            BinaryPrimitives.WriteUInt128LittleEndian(_bytes.Reserve(IdBytes), fact.Id);
            _bytes.Advance(IdBytes);
        }

        switch (kind)
        {
            case FieldKind.State: Number((ulong)fact.State); break;
            case FieldKind.Sum: WriteAmount(fact); break;
            default:
                Number(fact.Kind == FactKind.Value ? (ulong)fact.Value.Length + 2 : fact.Kind == FactKind.Removed ? 0UL : 1);
                _bytes.Append(fact.Value.Span);
                break;
        }
    }

    private void WriteAmount(in Fact fact)
    {
        Number((ulong)fact.Amount.Digits);
        var units = fact.Amount.Units;
        var length = units.GetByteCount();
        Number((ulong)length);
        units.TryWriteBytes(_bytes.Reserve(length), out _);
        _bytes.Advance(length);
    }

    private void Number(ulong number) => Varint.Write(_bytes, number);

    // Small numbers of either sign are short.
    private void Signed(long number) => Number((ulong)((number << 1) ^ (number >> 63)));
}

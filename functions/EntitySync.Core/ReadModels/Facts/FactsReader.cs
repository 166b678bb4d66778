using System.Buffers.Binary;
using System.Numerics;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Joins;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Reading;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>Reads what <see cref="FactsWriter"/> wrote, and nothing else. Values are parts of the bytes read, not copies.</summary>
internal ref struct FactsReader
{
    private const int LargestAmount = 64;
    private const int MostDigits = 1000;

    private readonly CompiledReadModel _model;
    private readonly ReadOnlyMemory<byte> _all;
    private ReadOnlySpan<byte> _left;
    private readonly Growable<(long Offset, long Time)> _events;

    private FactsReader(CompiledReadModel model, ReadOnlyMemory<byte> bytes, RowFacts into)
    {
        (_model, _all, _events) = (model, bytes, into.Events);
        _left = bytes.Span;
    }

    /// <exception cref="DamagedRowException">They are none, or of another model.</exception>
    public static void Read(CompiledReadModel model, ReadOnlyMemory<byte> bytes, RowFacts into)
    {
        try
        {
            new FactsReader(model, bytes, into).ReadAll(into);
        }
        catch (FormatException exception)
        {
            throw new DamagedRowException($"its facts cannot be read: {exception.Message}", exception);
        }
    }

    private void ReadAll(RowFacts into)
    {
        if (_left.IsEmpty) throw new FormatException("There are none.");
        if (_left[0] != FactsWriter.Form) throw new FormatException($"They are of form {_left[0]}, this code knows form {FactsWriter.Form}.");
        _left = _left[1..];
        for (var lanes = Count(); lanes > 0; lanes--) ReadLane(into);
        if (!_left.IsEmpty) throw new FormatException($"{_left.Length} bytes are left over.");
    }

    private void ReadLane(RowFacts into)
    {
        var (topic, partition) = (Number(_model.TopicCount - 1), Number(int.MaxValue));
        if (into.Lanes is [.., var last] && (topic, partition).CompareTo((last.Topic, last.Partition)) <= 0) throw new FormatException("Lanes are not in order.");
        var lane = into.Lane((int)topic, (int)partition);
        var flags = Number(FactsWriter.AllFlags);
        if ((flags & FactsWriter.HasUpTo) != 0) lane.UpTo = Number(long.MaxValue);
        if ((flags & FactsWriter.HasLive) != 0)
        {
            lane.From = Number(long.MaxValue);
            lane.To = lane.From + Number(long.MaxValue - lane.From);
        }

        if ((flags & FactsWriter.HasDeletion) != 0) (lane.DeletedOffset, lane.DeletedTime) = (Number(long.MaxValue), Signed());
        ReadEvents();
        if ((flags & FactsWriter.HasExistence) != 0) (lane.ExistsOffset, lane.ExistsTime) = Event();
        var facts = Count();
        for (var i = 0; i < facts; i++)
        {
            var fact = ReadFact((int)topic);
            if (i > 0 && IsBefore(fact, lane.Facts[^1])) throw new FormatException("Facts are not in order.");
            lane.Facts.Add(fact);
        }
    }

    private static bool IsBefore(in Fact one, in Fact other) =>
        one.Field != other.Field ? one.Field < other.Field : one.Kind == FactKind.State ? one.State <= other.State : one.Offset < other.Offset;

    private void ReadEvents()
    {
        _events.Clear();
        var count = Count();
        var (offset, time) = (0L, 0L);
        for (var i = 0; i < count; i++)
        {
            offset += Number(long.MaxValue - offset);
            time = unchecked(time + Signed());
            if (i > 0 && offset <= _events[i - 1].Offset) throw new FormatException("Events are not in order.");
            _events.Add((offset, time));
        }
    }

    private Fact ReadFact(int topic)
    {
        var fact = new Fact { Field = (int)Number(_model.Fields.Length - 1) };
        var field = _model.Fields[fact.Field];
        (fact.Offset, fact.Time) = field.Kind == FieldKind.Sum && !_model.KeepsAmounts(topic) ? (LaneFacts.None, 0) : Event();
        if (_model.HasIds[topic] && field.Kind is (FieldKind.Sum or FieldKind.List)) fact.Id = BinaryPrimitives.ReadUInt128LittleEndian(Bytes(FactsWriter.IdBytes).Span);
        switch (field.Kind)
        {
            case FieldKind.State:
                (fact.Kind, fact.State) = (FactKind.State, (int)Number(field.States.Length - 1));
                break;
            case FieldKind.Sum:
                (fact.Kind, fact.Amount) = (FactKind.Amount, ReadAmount());
                break;
            default:
                var length = Number(int.MaxValue);
                (fact.Kind, fact.Value) = length switch { 0 => (FactKind.Removed, default), 1 => (FactKind.Cleared, default), _ => (FactKind.Value, Bytes(length - 2)) };
                break;
        }

        return fact;
    }

    private AmountSum ReadAmount()
    {
        var digits = (int)Number(MostDigits);
        return AmountSum.Of(new BigInteger(Bytes(Number(LargestAmount)).Span), digits);
    }

    private (long Offset, long Time) Event() => _events.Count == 0 ? throw new FormatException("A fact has no event.") : _events[(int)Number(_events.Count - 1)];

    private ReadOnlyMemory<byte> Bytes(long length)
    {
        if (length > _left.Length) throw new FormatException($"{length} bytes are announced, {_left.Length} are there.");
        var bytes = _all.Slice(_all.Length - _left.Length, (int)length);
        _left = _left[(int)length..];
        return bytes;
    }

    // Each thing that is counted has a byte at least.
    private int Count() => (int)Number(_left.Length);

    private long Number(long greatest)
    {
        var number = Varint.Read(ref _left);
        return greatest >= 0 && number <= (ulong)greatest ? (long)number : throw new FormatException($"{number} is out of range: at most {greatest}.");
    }

    private long Signed()
    {
        var number = Varint.Read(ref _left);
        return (long)(number >> 1) ^ -(long)(number & 1);
    }
}

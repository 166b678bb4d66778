using System.Buffers.Binary;
using System.Text;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins.Shuffle;

/// <summary>Writes answers (see <see cref="AnswerRecord"/>) into buffers it reuses: start, add rows in any order, then take the value once for each epoch it goes out with.</summary>
public sealed class AnswerWriter
{
    private readonly Growable<byte> _rows = new();
    private readonly Growable<Slot> _slots = new();
    private readonly Growable<byte> _value = new();
    private readonly Comparison<Slot> _byKey;
    private byte[] _tail = new byte[256];

    public AnswerWriter()
    {
        _byKey = (left, right) => Key(left).SequenceCompareTo(Key(right));
    }

    public void Start()
    {
        _rows.Clear();
        _slots.Clear();
    }

    public void Add(ReadOnlySpan<byte> key, int originPartition, long originOffset, ReadOnlySpan<byte> json) =>
        Add(key, AnswerRow.EncodeTail(ref _tail, originPartition, originOffset, json));

    /// <param name="key">The related row's own key.</param>
    /// <param name="tail">The rest of the row, as <see cref="AnswerRow.EncodeTail"/> makes it.</param>
    internal void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> tail)
    {
        var start = _rows.Count;
        Varint.Write(_rows, (ulong)key.Length);
        var keyStart = _rows.Count;
        _rows.Append(key);
        _rows.Append(tail);
        _slots.Add(new Slot(start, _rows.Count - start, keyStart, key.Length));
    }

    /// <summary>Ends the answer with the rows added since <see cref="Start"/>.</summary>
    public void Finish(long version)
    {
        WriteHead(AnswerRecord.RowsFormat, version);
        Varint.Write(_value, (ulong)_slots.Count);
        _slots.Span.Sort(_byKey);
        foreach (ref readonly var slot in _slots.Span) _value.Append(_rows.Span.Slice(slot.Start, slot.Length));
    }

    /// <summary>Makes an answer that says why the rows cannot be sent.</summary>
    public void Refuse(long version, string reason)
    {
        WriteHead(AnswerRecord.RefusalFormat, version);
        _value.Append(Encoding.UTF8.GetBytes(reason));
    }

    /// <summary>The finished answer for who asked with <paramref name="epoch"/>. Valid until the next call.</summary>
    public ReadOnlySpan<byte> ValueFor(long epoch)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_value.Span[1..], epoch);
        return _value.Span;
    }

    private void WriteHead(byte format, long version)
    {
        _value.Clear();
        var head = _value.Reserve(AnswerRecord.HeadBytes);
        head[0] = format;
        BinaryPrimitives.WriteInt64LittleEndian(head[(1 + sizeof(long))..], version);
        _value.Advance(AnswerRecord.HeadBytes);
    }

    private ReadOnlySpan<byte> Key(Slot slot) => _rows.Span.Slice(slot.KeyStart, slot.KeyLength);

    private readonly record struct Slot(int Start, int Length, int KeyStart, int KeyLength);
}

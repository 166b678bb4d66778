using System.Globalization;
using System.Text.Unicode;

namespace EntitySync.Benchmarks.Profile;

/// <summary>Change events in one buffer, made outside of what is measured. Their memory is valid until the batch is cleared.</summary>
internal sealed class ChangeBatch(ProfileTables tables)
{
    private const int EnvelopeBytes = 512;

    private readonly List<(ProfileTable Table, int Start, int KeyBytes, int ValueBytes)> _events = [];
    private byte[] _bytes = new byte[1 << 20];
    private int _end;

    public int Count => _events.Count;

    /// <summary>Bytes of the keys and rows, without the envelopes around them.</summary>
    public long RowBytes { get; private set; }

    public void Clear()
    {
        _events.Clear();
        _end = 0;
        RowBytes = 0;
    }

    public (ProfileTable Table, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value) this[int index]
    {
        get
        {
            var (table, start, key, value) = _events[index];
            return (table, _bytes.AsMemory(start, key), _bytes.AsMemory(start + key, value));
        }
    }

    /// <summary>A row that a snapshot finds.</summary>
    public void AddSnapshot(ProfileTable table, int index) => Add(table, index, "null"u8, 'r');

    public void AddInsert(ProfileTable table, int index) => Add(table, index, "null"u8, 'c');

    /// <param name="table">Whose row.</param>
    /// <param name="index">Which row.</param>
    /// <param name="change">Changes it.</param>
    public void AddUpdate(ProfileTable table, int index, Action<int> change)
    {
        Span<byte> before = stackalloc byte[ProfileRows.MaximumBytes];
        before = before[..ProfileRows.Write(before, tables, table, index)];
        change(index);
        Add(table, index, before, 'u');
    }

    private void Add(ProfileTable table, int index, ReadOnlySpan<byte> before, char operation)
    {
        const int Room = (3 * ProfileRows.MaximumBytes) + EnvelopeBytes;
        if (_bytes.Length - _end < Room) Array.Resize(ref _bytes, _bytes.Length * 2);
        var start = _end;
        var key = ProfileRows.WriteKey(_bytes.AsSpan(start), table, index);
        _end += key;
        Append("{\"before\":"u8);
        Append(before);
        Append(",\"after\":"u8);
        var row = ProfileRows.Write(_bytes.AsSpan(_end), tables, table, index);
        _end += row;
        Utf8.TryWrite(_bytes.AsSpan(_end), CultureInfo.InvariantCulture, $$""","source":{"version":"3.0.0.Final","connector":"postgresql","name":"app","ts_ms":1768200001000,"snapshot":"false","db":"app","sequence":"[\"24023000\",\"24023128\"]","schema":"public","table":"{{table}}","txId":561,"lsn":24023128,"xmin":null},"transaction":null,"op":"{{operation}}","ts_ms":1768200001400}""", out var rest);
        _end += rest;
        RowBytes += key + row;
        _events.Add((table, start, key, _end - start - key));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }
}

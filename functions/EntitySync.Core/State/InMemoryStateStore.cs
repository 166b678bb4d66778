namespace EntitySync.Core.State;

/// <summary>State in a dictionary on the heap. A value of the same length is overwritten in place.</summary>
public sealed class InMemoryStateStore : IStateStore
{
    private readonly Dictionary<byte[], byte[]> _rows;
    private readonly Dictionary<byte[], byte[]>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    public InMemoryStateStore()
    {
        _rows = new Dictionary<byte[], byte[]>(ByteKeyComparer.Instance);
        _bySpan = _rows.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public long Count => _rows.Count;

    public long PayloadBytes { get; private set; }

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var found = _bySpan.TryGetValue(key, out var bytes);
        value = bytes;
        return found;
    }

    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!_bySpan.TryGetValue(key, out var old))
        {
            PayloadBytes += key.Length + value.Length;
            _rows.Add(key.ToArray(), value.ToArray());
            return;
        }

        PayloadBytes += value.Length - old.Length;
        if (old.Length == value.Length) value.CopyTo(old);
        else _bySpan[key] = value.ToArray();
    }

    public bool Delete(ReadOnlySpan<byte> key)
    {
        if (!_bySpan.Remove(key, out _, out var value)) return false;
        PayloadBytes -= key.Length + value.Length;
        return true;
    }

    public void Dispose()
    {
        _rows.Clear();
        PayloadBytes = 0;
    }
}

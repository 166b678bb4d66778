namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>Item records in one buffer, made outside of what is measured and processed within it, as records of a fetched batch are.</summary>
internal sealed class ItemBatch
{
    public const int Capacity = 10_000;
    private const int KeyBytes = 12;

    private readonly byte[] _bytes = new byte[Capacity * (KeyBytes + ItemData.MaxItemBytes)];
    private readonly (ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)[] _records = new (ReadOnlyMemory<byte>, ReadOnlyMemory<byte>)[Capacity];

    public ReadOnlySpan<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> Records => _records.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Bytes of all keys and values.</summary>
    public long Bytes { get; private set; }

    /// <summary>Steps of <see cref="ItemData.ItemAt"/> from <paramref name="first"/> on; each round of all items has the next version.</summary>
    public void Fill(ItemData data, long first, int count, int version, int shift)
    {
        Count = count;
        var end = 0;
        for (var i = 0; i < count; i++)
        {
            var item = data.ItemAt(first + i);
            var round = (int)((first + i) / data.Items);
            var length = data.Write(_bytes.AsSpan(end + KeyBytes), item, version + round, shift);
            // {"sku":"SKU-00000001" holds the key's text from byte 8 on.
            _bytes.AsSpan(end + KeyBytes + 8, KeyBytes).CopyTo(_bytes.AsSpan(end));
            _records[i] = (_bytes.AsMemory(end, KeyBytes), _bytes.AsMemory(end + KeyBytes, length));
            end += KeyBytes + length;
        }

        Bytes = end;
    }
}

using System.Runtime.Intrinsics.X86;
using EntitySync.Core.State.Paged;

namespace EntitySync.Core.State;

/// <summary>
/// State in pages outside the GC heap: nothing an entry needs is an object. Besides its key and value an entry costs its two lengths (2 to 3 bytes), the rest
/// of its slot, 8 bytes of entry table and 5 to 10 bytes of hash table. Memory of deleted entries is kept for new ones until <see cref="Dispose"/>; values over 8 KiB are
/// given back at once. The hash table doubles in one go: that <see cref="Put"/> takes some 20 ns an entry.
/// </summary>
public sealed unsafe class PagedStateStore : IStateStore
{
    private const int CacheLineBytes = 64;
    private const int ReadAheadBytes = 1024;
    private const int PrefetchedBytes = 256;

    private readonly NativeBlocks _blocks = new();
    private readonly NativeSegments<Entry> _entries;
    private readonly KeyTable _table;
    private readonly SlabHeap _heap;
    private readonly Action<uint> _moved;
    private int _used;
    private int _firstFree;

    public PagedStateStore()
    {
        _entries = new NativeSegments<Entry>(_blocks);
        _table = new KeyTable(_blocks, _entries);
        _heap = new SlabHeap(_blocks);
        _moved = OnMoved;
        _table.Reserve(1, 0);
    }

    public long Count { get; private set; }

    public long PayloadBytes { get; private set; }

    public long AllocatedBytes => _blocks.AllocatedBytes;

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var id = Find(key);
        value = id >= 0 ? RowAt(id).Value : default;
        return id >= 0;
    }

    public int Find(ReadOnlySpan<byte> key) => Find(OrderOf(key), key);

    public ReadOnlySpan<byte> KeyOf(int id) => RowAt(Checked(id)).Key;

    public ReadOnlySpan<byte> ValueOf(int id) => RowAt(Checked(id)).Value;

    public Span<byte> ValueForUpdateOf(int id) => RowAt(Checked(id)).Value;

    public uint OrderOf(int id) => _entries[Checked(id)].Hash;

    /// <summary>
    /// Touches entries that are about to be read one after the other. They lie anywhere in memory: loads that do not wait for each other bring them into the
    /// processor's cache several at a time.
    /// </summary>
    /// <returns>Nothing of meaning; it keeps the loads from being optimised away.</returns>
    public int ReadAhead(ReadOnlySpan<int> ids)
    {
        if (Sse.IsSupported) return Prefetch(ids);
        var touched = 0;
        foreach (var id in ids) touched += (int)_entries[Checked(id)].Address;
        foreach (var id in ids)
        {
            var value = RowAt(id).Value;
            for (var at = 0; at < value.Length && at < ReadAheadBytes; at += CacheLineBytes) touched += value[at];
        }

        return touched;
    }

    public int NextId(int after)
    {
        ObjectDisposedException.ThrowIf(_blocks.IsDisposed, this);
        for (var id = after + 1; id < _used; id++)
        {
            if (_entries[id].Address != 0) return id;
        }

        return -1;
    }

    public int Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var hash = OrderOf(key);
        var id = Find(hash, key);
        if (id < 0) return Add(hash, key, value);
        Replace(id, key, value);
        return id;
    }

    public bool Delete(ReadOnlySpan<byte> key)
    {
        var id = Find(key);
        if (id < 0) return false;
        Delete(id);
        return true;
    }

    public void Delete(int id)
    {
        ref var entry = ref _entries[Checked(id)];
        PayloadBytes -= RowAt(id).PayloadBytes;
        Count--;
        _table.Remove(entry.Hash, id);
        var address = entry.Address;
        entry = new Entry { Hash = (uint)_firstFree };
        _firstFree = id + 1;
        Free(address);
    }

    public void Dispose()
    {
        _blocks.Dispose();
        Count = PayloadBytes = 0;
    }

    // A prefetch is faster than a load, for nobody waits for it. It needs not to know where a row ends.
    private int Prefetch(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            var row = _heap.At(_entries[Checked(id)].Address);
            for (var at = 0; at < PrefetchedBytes; at += CacheLineBytes) Sse.Prefetch0(row + at);
        }

        return 0;
    }

    private static uint OrderOf(ReadOnlySpan<byte> key) => (uint)(StableHash.Of(key) >> 32);

    private int Find(uint hash, ReadOnlySpan<byte> key)
    {
        ObjectDisposedException.ThrowIf(_blocks.IsDisposed, this);
        var position = _table.Home(hash);
        int id;
        do id = _table.NextCandidate(hash, ref position);
        while (id >= 0 && !RowAt(id).Key.SequenceEqual(key));
        return id;
    }

    /// <summary>All that may fail for want of memory comes first, so that a failure leaves the store as it was.</summary>
    private int Add(uint hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var id = _firstFree > 0 ? _firstFree - 1 : _used;
        _entries.Grow(id + 1L);
        _table.Reserve(id + 1L, _used);
        var address = _heap.Allocate(Row.Bytes(key.Length, value.Length));
        Row.Write(_heap.At(address), key, value);

        if (id == _used) _used++;
        else _firstFree = (int)_entries[id].Hash;
        _entries[id] = new Entry { Hash = hash, Address = address };
        _table.Insert(hash, id);
        PayloadBytes += (long)key.Length + value.Length;
        Count++;
        return id;
    }

    private void Replace(int id, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ref var entry = ref _entries[id];
        var valueLength = RowAt(id).Value.Length;
        if (FitsInPlace(key.Length, valueLength, value.Length))
        {
            Row.Write(_heap.At(entry.Address), key, value);
        }
        else
        {
            // The old slot is freed last: the new value may be a part of it.
            var address = _heap.Allocate(Row.Bytes(key.Length, value.Length));
            Row.Write(_heap.At(address), key, value);
            (var old, entry.Address) = (entry.Address, address);
            Free(old);
        }

        PayloadBytes += (long)value.Length - valueLength;
    }

    /// <summary>The head must keep its size: it would move the key, and the new value may be a part of the old one.</summary>
    private static bool FitsInPlace(int keyLength, int oldLength, int newLength) =>
        Row.HeadBytes(keyLength, oldLength) == Row.HeadBytes(keyLength, newLength)
        && SlabHeap.SlotBytesFor(Row.Bytes(keyLength, oldLength)) == SlabHeap.SlotBytesFor(Row.Bytes(keyLength, newLength));

    private void Free(uint address)
    {
        _heap.Free(address);
        _heap.Compact(address, _moved);
    }

    private void OnMoved(uint address)
    {
        var key = new Row(_heap.At(address)).Key;
        _entries[Find(OrderOf(key), key)].Address = address;
    }

    private Row RowAt(int id) => new(_heap.At(_entries[id].Address));

    private int Checked(int id)
    {
        ObjectDisposedException.ThrowIf(_blocks.IsDisposed, this);
        if ((uint)id >= (uint)_used || _entries[id].Address == 0) throw new ArgumentOutOfRangeException(nameof(id), id, "No entry has this id.");
        return id;
    }
}

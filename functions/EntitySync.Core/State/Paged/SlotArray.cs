namespace EntitySync.Core.State.Paged;

/// <summary>A list in a slot of a heap. The slot's size follows from the count; no capacity is kept anywhere.</summary>
internal unsafe struct SlotArray<T>(uint address, int count)
    where T : unmanaged
{
    public uint Address { get; private set; } = address;

    public int Count { get; private set; } = count;

    public static SlotArray<T> Create(SlabHeap heap, ReadOnlySpan<T> items)
    {
        var array = new SlotArray<T>(heap.Allocate(SlotBytes(items.Length)), items.Length);
        items.CopyTo(array.Items(heap));
        return array;
    }

    public readonly Span<T> Items(SlabHeap heap) => new(heap.At(Address), Count);

    /// <summary>Removes items at <paramref name="index"/> and makes room for others.</summary>
    /// <returns>The room, to be filled in.</returns>
    public Span<T> Splice(SlabHeap heap, int index, int removed, int added)
    {
        var count = Count + added - removed;
        var old = Items(heap);
        var address = SlotBytes(count) == SlotBytes(Count) ? Address : heap.Allocate(SlotBytes(count));
        var items = new Span<T>(heap.At(address), count);
        old[(index + removed)..].CopyTo(items[(index + added)..]);
        if (address != Address)
        {
            old[..index].CopyTo(items);
            heap.Free(Address);
        }

        (Address, Count) = (address, count);
        return items.Slice(index, added);
    }

    public readonly void Free(SlabHeap heap) => heap.Free(Address);

    private static long SlotBytes(int count) => SlabHeap.SlotBytesFor((long)sizeof(T) * (count <= 2 ? 2 : count <= 4 ? 4 : (count + 7L) & ~7L));
}

namespace EntitySync.Core.State.Paged;

internal sealed unsafe partial class SlabHeap
{
    /// <summary>A class is sparse when more than one slot of so many is free.</summary>
    private const int SparseShare = 16;

    /// <summary>
    /// Empties one slab when the class of a freed slot has become sparse (the sizes in use have shifted), so that other sizes can have it. Each call that
    /// moves anything takes a whole slab of free slots from the class, so there is no more than about one move to each free, and at most a slab's slots at a time.
    /// </summary>
    /// <param name="freed">The address that was freed last.</param>
    /// <param name="moved">Called with the new address of a slot; what was there is still to be read at the old one.</param>
    public void Compact(uint freed, Action<uint> moved)
    {
        int sizeClass = _slabs[freed >> UnitBits].Class;
        if (sizeClass == BlockClass || !IsSparse(sizeClass)) return;

        // The last one has had room for longest, while slots were taken from the first ones: it tends to be the emptiest.
        var number = _classes[sizeClass].LastWithRoom;
        Unlink(number);
        Span<bool> isFree = stackalloc bool[UnitsPerSlab];
        MarkFree(number, isFree);
        var bytes = SizeClasses.BytesOf(sizeClass);
        for (var unit = 0; unit < _slabs[number].CutUnits; unit += bytes >> 3)
        {
            if (isFree[unit]) continue;
            var address = Allocate(bytes);
            new ReadOnlySpan<byte>((byte*)_memory[number] + (unit * 8), bytes).CopyTo(new Span<byte>(At(address), bytes));
            moved(address);
            _classes[sizeClass].FreeSlots++;
        }

        Link(number);
        GiveUp(number);
    }

    /// <summary>With two slabs of free slots the others surely have room for all of the one that is emptied.</summary>
    private bool IsSparse(int sizeClass)
    {
        ref var slabs = ref _classes[sizeClass];
        var perSlab = SlotsPerSlab(sizeClass);
        return slabs.FreeSlots > 2 * perSlab && slabs.FreeSlots > (long)slabs.Slabs * perSlab / SparseShare;
    }

    private static int SlotsPerSlab(int sizeClass) => SlabBytes / SizeClasses.BytesOf(sizeClass);

    private void MarkFree(int number, Span<bool> isFree)
    {
        for (int next = _slabs[number].FirstFree; next != 0; next = *(ushort*)(_memory[number] + ((next - 1) * 8))) isFree[next - 1] = true;
    }
}

namespace EntitySync.Core.State.Paged;

/// <summary>
/// From the hash of a key to the ids of entries that may have it: open addressing with linear probing, 4 bytes a slot.
/// A slot holds the id + 1 in its low bits and, in the bits that an id of this table cannot need, the high bits of the hash. As the low bits of the
/// hash are the slot's home, nearly every other key is told apart without reading its entry.
/// </summary>
internal sealed unsafe class KeyTable(NativeBlocks blocks, NativeSegments<Entry> entries)
{
    private uint* _slots;
    private uint _mask;
    private long _limit;

    /// <summary>Where a search for <paramref name="hash"/> begins; valid once <see cref="Reserve"/> was called.</summary>
    public uint Home(uint hash) => hash & _mask;

    /// <summary>The next id whose key may have the hash, or -1 at the end of the search.</summary>
    public int NextCandidate(uint hash, ref uint position)
    {
        uint slot;
        while ((slot = _slots[position]) != 0)
        {
            position = (position + 1) & _mask;
            if (((slot ^ hash) & ~_mask) == 0) return (int)(slot & _mask) - 1;
        }

        return -1;
    }

    /// <summary>Makes room for ids below <paramref name="ids"/>, the first <paramref name="used"/> of which may be in use.</summary>
    public void Reserve(long ids, int used)
    {
        if (ids <= _limit) return;
        var size = _slots == null ? 16 : ((long)_mask + 1) * 2;
        var larger = (uint*)blocks.Allocate(size * sizeof(uint), isZeroed: true);
        if (_slots != null) blocks.Free((byte*)_slots);
        _slots = larger;
        _mask = (uint)(size - 1);
        _limit = size - (size / 5);
        for (var id = 0; id < used; id++)
        {
            ref var entry = ref entries[id];
            if (entry.Address != 0) Insert(entry.Hash, id);
        }
    }

    public void Insert(uint hash, int id)
    {
        var position = Home(hash);
        while (_slots[position] != 0) position = (position + 1) & _mask;
        _slots[position] = (hash & ~_mask) | (uint)(id + 1);
    }

    /// <summary>Takes the slot out and moves later ones of its run up, so that no marks of deletion pile up. Called while the entry is still there.</summary>
    public void Remove(uint hash, int id)
    {
        var hole = Home(hash);
        while ((_slots[hole] & _mask) != (uint)(id + 1)) hole = (hole + 1) & _mask;
        for (var next = (hole + 1) & _mask; _slots[next] != 0; next = (next + 1) & _mask)
        {
            var home = Home(entries[(int)(_slots[next] & _mask) - 1].Hash);
            if (((next - home) & _mask) < ((next - hole) & _mask)) continue;
            _slots[hole] = _slots[next];
            hole = next;
        }

        _slots[hole] = 0;
    }
}

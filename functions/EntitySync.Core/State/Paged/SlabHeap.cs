using EntitySync.Core.Errors;

namespace EntitySync.Core.State.Paged;

/// <summary>
/// Hands out slots of native memory under 4-byte addresses; 0 is no address. A slot moves only in <see cref="Compact"/>.
/// <list type="bullet">
/// <item>Memory comes in pages of up to 1 MiB, cut into slabs of 64 KiB. All slots of a slab are of one <see cref="SizeClasses">class</see>.</item>
/// <item>A freed slot is reused by its class, an emptied slab by any class. <see cref="Compact"/> empties slabs when a class has too many free slots.</item>
/// <item>What is larger than the largest class is a block of its own, in steps of 1 KiB, and goes back to the operating system when freed.</item>
/// <item>An address is the number of a slab or block (19 bits) and the slot's start in it in units of 8 bytes (13 bits): 32 GiB in all.</item>
/// </list>
/// </summary>
internal sealed unsafe partial class SlabHeap(NativeBlocks blocks)
{
    private const int UnitBits = 13;
    private const int UnitsPerSlab = 1 << UnitBits;
    private const int SlabBytes = UnitsPerSlab * 8;
    private const int MaximumSlabs = 1 << (32 - UnitBits);
    private const int SlabsPerPage = 16;
    private const int BlockStepBytes = 1024;
    private const int BlockClass = 0;

    private readonly SlabClass[] _classes = new SlabClass[SizeClasses.Count];
    private nint[] _memory = new nint[16];
    private Slab[] _slabs = new Slab[16];
    private int _slabCount = 1;
    private int _pooledSlabs;
    private int _empty;
    private int _unusedNumbers;

    public byte* At(uint address) => (byte*)_memory[address >> UnitBits] + ((address & (UnitsPerSlab - 1)) << 3);

    /// <returns>The bytes a slot for <paramref name="bytes"/> has.</returns>
    public static long SlotBytesFor(long bytes) => bytes <= SizeClasses.LargestBytes
        ? SizeClasses.BytesOf(SizeClasses.ClassOf((int)bytes))
        : (bytes + BlockStepBytes - 1) / BlockStepBytes * BlockStepBytes;

    /// <param name="bytes">At least 1.</param>
    /// <exception cref="InsufficientStateMemoryException">No memory, or no address left.</exception>
    public uint Allocate(long bytes)
    {
        if (bytes > SizeClasses.LargestBytes) return AllocateBlock(bytes);
        var sizeClass = SizeClasses.ClassOf((int)bytes);
        if (_classes[sizeClass].FirstWithRoom == 0) TakeSlab(sizeClass);
        var number = _classes[sizeClass].FirstWithRoom;
        ref var slab = ref _slabs[number];
        int unit;
        if (slab.FirstFree != 0)
        {
            unit = slab.FirstFree - 1;
            slab.FirstFree = *(ushort*)(_memory[number] + (unit * 8));
        }
        else
        {
            unit = slab.CutUnits;
            slab.CutUnits += (ushort)(SizeClasses.BytesOf(sizeClass) >> 3);
        }

        slab.Live++;
        _classes[sizeClass].FreeSlots--;
        if (IsFull(slab)) Unlink(number);
        return ((uint)number << UnitBits) | (uint)unit;
    }

    public void Free(uint address)
    {
        var number = (int)(address >> UnitBits);
        ref var slab = ref _slabs[number];
        if (slab.Class == BlockClass)
        {
            blocks.Free((byte*)_memory[number]);
            Push(ref _unusedNumbers, number);
            return;
        }

        var wasFull = IsFull(slab);
        var unit = address & (UnitsPerSlab - 1);
        *(ushort*)At(address) = slab.FirstFree;
        slab.FirstFree = (ushort)(unit + 1);
        slab.Live--;
        _classes[slab.Class].FreeSlots++;
        if (wasFull) Link(number);
        if (slab.Live == 0) GiveUp(number);
    }

    private static bool IsFull(in Slab slab) => slab.FirstFree == 0 && slab.CutUnits + (SizeClasses.BytesOf(slab.Class) >> 3) > UnitsPerSlab;

    private uint AllocateBlock(long bytes)
    {
        var number = TakeNumber();
        try
        {
            _memory[number] = (nint)blocks.Allocate(SlotBytesFor(bytes));
        }
        catch
        {
            Push(ref _unusedNumbers, number);
            throw;
        }

        _slabs[number] = new Slab { Class = BlockClass };
        return (uint)number << UnitBits;
    }

    private void TakeSlab(int sizeClass)
    {
        if (_empty == 0) AddPage();
        var number = Pop(ref _empty);
        _slabs[number] = new Slab { Class = (ushort)sizeClass };
        _classes[sizeClass].Slabs++;
        _classes[sizeClass].FreeSlots += SlotsPerSlab(sizeClass);
        Link(number);
    }

    /// <summary>Takes a slab without live slots from its class: any class may have it next.</summary>
    private void GiveUp(int number)
    {
        Unlink(number);
        int sizeClass = _slabs[number].Class;
        _classes[sizeClass].Slabs--;
        _classes[sizeClass].FreeSlots -= SlotsPerSlab(sizeClass);
        Push(ref _empty, number);
    }

    /// <summary>The first pages are smaller, so that a small state stays small.</summary>
    private void AddPage()
    {
        var count = Math.Clamp(_pooledSlabs, 1, SlabsPerPage);
        var page = blocks.Allocate((long)count * SlabBytes);
        _pooledSlabs += count;
        for (var index = count - 1; index >= 0; index--)
        {
            var number = TakeNumber();
            _memory[number] = (nint)(page + (index * SlabBytes));
            Push(ref _empty, number);
        }
    }

    private int TakeNumber()
    {
        if (_unusedNumbers != 0) return Pop(ref _unusedNumbers);
        if (_slabCount == MaximumSlabs) throw new InsufficientStateMemoryException("one task's state has a table of more than 32 GiB, or more than 524,000 values over 8 KiB; use more partitions");
        if (_slabCount == _slabs.Length)
        {
            Array.Resize(ref _slabs, _slabCount * 2);
            Array.Resize(ref _memory, _slabCount * 2);
        }

        return _slabCount++;
    }

    private void Push(ref int list, int number)
    {
        _slabs[number].Next = list;
        list = number;
    }

    private int Pop(ref int list)
    {
        var number = list;
        list = _slabs[number].Next;
        return number;
    }

    private void Link(int number)
    {
        ref var slab = ref _slabs[number];
        ref var slabClass = ref _classes[slab.Class];
        (slab.Previous, slab.Next) = (0, slabClass.FirstWithRoom);
        if (slab.Next != 0) _slabs[slab.Next].Previous = number;
        else slabClass.LastWithRoom = number;
        slabClass.FirstWithRoom = number;
    }

    private void Unlink(int number)
    {
        ref var slab = ref _slabs[number];
        ref var slabClass = ref _classes[slab.Class];
        if (slab.Previous != 0) _slabs[slab.Previous].Next = slab.Next;
        else slabClass.FirstWithRoom = slab.Next;
        if (slab.Next != 0) _slabs[slab.Next].Previous = slab.Previous;
        else slabClass.LastWithRoom = slab.Previous;
    }

    /// <summary>The slabs of one size. Those with room are in a list; a slab gets to its front by becoming one.</summary>
    private struct SlabClass
    {
        public int FirstWithRoom;
        public int LastWithRoom;
        public int Slabs;
        public int FreeSlots;
    }

    /// <summary>Slab, or the number of a block. Lists go by number, 0 ends them.</summary>
    private struct Slab
    {
        public int Next;
        public int Previous;
        public ushort Class;
        public ushort Live;

        /// <summary>Start unit + 1 of the first freed slot; its first two bytes hold the next one.</summary>
        public ushort FirstFree;

        /// <summary>Units handed out at least once; the rest of the slab was never touched.</summary>
        public ushort CutUnits;
    }
}

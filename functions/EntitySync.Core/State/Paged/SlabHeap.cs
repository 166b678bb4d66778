using EntitySync.Core.Errors;

namespace EntitySync.Core.State.Paged;

/// <summary>
/// Hands out slots of native memory under 4-byte addresses; 0 is no address. A slot never moves.
/// <list type="bullet">
/// <item>Memory comes in pages of up to 1 MiB, cut into slabs of 64 KiB. All slots of a slab are of one <see cref="SizeClasses">class</see>.</item>
/// <item>A freed slot is reused by its class, an emptied slab by any class, so that state whose values change their sizes does not grow.</item>
/// <item>What is larger than the largest class is a block of its own, in steps of 1 KiB, and goes back to the operating system when freed.</item>
/// <item>An address is the number of a slab or block (19 bits) and the slot's start in it in units of 8 bytes (13 bits): 32 GiB in all.</item>
/// </list>
/// </summary>
internal sealed unsafe class SlabHeap(NativeBlocks blocks)
{
    private const int UnitBits = 13;
    private const int UnitsPerSlab = 1 << UnitBits;
    private const int SlabBytes = UnitsPerSlab * 8;
    private const int MaximumSlabs = 1 << (32 - UnitBits);
    private const int SlabsPerPage = 16;
    private const int BlockStepBytes = 1024;
    private const int BlockClass = 0;

    private readonly int[] _withRoom = new int[SizeClasses.Count];
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
        var number = _withRoom[sizeClass];
        if (number == 0) number = TakeSlab(sizeClass);
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
        if (wasFull) Link(number);
        if (slab.Live > 0) return;
        Unlink(number);
        Push(ref _empty, number);
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

    private int TakeSlab(int sizeClass)
    {
        if (_empty == 0) AddPage();
        var number = Pop(ref _empty);
        _slabs[number] = new Slab { Class = (ushort)sizeClass };
        Link(number);
        return number;
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
        ref var first = ref _withRoom[slab.Class];
        (slab.Previous, slab.Next) = (0, first);
        if (first != 0) _slabs[first].Previous = number;
        first = number;
    }

    private void Unlink(int number)
    {
        ref var slab = ref _slabs[number];
        if (slab.Previous != 0) _slabs[slab.Previous].Next = slab.Next;
        else _withRoom[slab.Class] = slab.Next;
        if (slab.Next != 0) _slabs[slab.Next].Previous = slab.Previous;
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

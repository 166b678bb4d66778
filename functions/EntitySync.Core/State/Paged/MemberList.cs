using System.Runtime.InteropServices;

namespace EntitySync.Core.State.Paged;

/// <summary>
/// The members of one value, in 12 bytes. What the last eight hold depends on the count: one member is held itself (order, id); more are in leaves:
/// the address of the only leaf and 1, or the address of the directory and its number of leaves. All zero is a list without members.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct MemberList
{
    private uint _orderOrAddress;
    private uint _idOrLeaves;

    public int Count { get; private set; }

    private readonly ulong Single => ((ulong)_orderOrAddress << 32) | _idOrLeaves;

    private readonly bool HasDirectory => Count > 1 && _idOrLeaves > 1;

    /// <summary>Only for a list of more than one member in one leaf.</summary>
    private readonly MemberLeaf OnlyLeaf => new(new SlotArray<ulong>(_orderOrAddress, Count));

    private readonly LeafDirectory Directory => new(new SlotArray<LeafDirectory.Item>(_orderOrAddress, (int)_idOrLeaves));

    public bool Add(SlabHeap heap, ulong member) => Count switch
    {
        0 => SetSingle(member),
        1 => AddSecond(heap, member),
        _ when HasDirectory || Count == MemberLeaf.Full => AddToDirectory(heap, member),
        _ => AddToLeaf(heap, member),
    };

    public bool Remove(SlabHeap heap, ulong member)
    {
        if (Count > 1) return HasDirectory ? RemoveFromDirectory(heap, member) : RemoveFromLeaf(heap, member);
        if (Count == 0 || Single != member) return false;
        this = default;
        return true;
    }

    /// <summary>See <see cref="MemberIndex.Read"/>.</summary>
    public readonly uint? Read(SlabHeap heap, uint fromOrder, int atLeast, List<int> members)
    {
        var reader = new MemberReader(MemberLeaf.Member(fromOrder, 0), atLeast, members);
        if (Count == 0) return null;
        if (Count == 1) return reader.Take([Single]);
        if (!HasDirectory) return reader.Take(OnlyLeaf.Members(heap));
        var directory = Directory;
        for (var index = directory.Find(heap, reader.From); index < directory.Count; index++)
        {
            if (reader.Take(directory.Leaf(heap, index).Members(heap)) is { } nextOrder) return nextOrder;
        }

        return null;
    }

    private bool SetSingle(ulong member)
    {
        (Count, _orderOrAddress, _idOrLeaves) = (1, (uint)(member >> 32), (uint)member);
        return true;
    }

    private bool AddSecond(SlabHeap heap, ulong member)
    {
        var single = Single;
        if (single == member) return false;
        Set(2, MemberLeaf.Create(heap, [Math.Min(single, member), Math.Max(single, member)]));
        return true;
    }

    private bool AddToLeaf(SlabHeap heap, ulong member)
    {
        var leaf = OnlyLeaf;
        if (!leaf.Add(heap, member)) return false;
        Set(leaf.Count, leaf);
        return true;
    }

    private bool AddToDirectory(SlabHeap heap, ulong member)
    {
        if (!HasDirectory && OnlyLeaf.Members(heap).BinarySearch(member) >= 0) return false;
        var directory = HasDirectory ? Directory : LeafDirectory.Create(heap, OnlyLeaf);
        if (!directory.Add(heap, member)) return false;
        Set(Count + 1, directory);
        return true;
    }

    private bool RemoveFromLeaf(SlabHeap heap, ulong member)
    {
        var leaf = OnlyLeaf;
        if (!leaf.Remove(heap, member)) return false;
        SetLeaf(heap, leaf);
        return true;
    }

    private bool RemoveFromDirectory(SlabHeap heap, ulong member)
    {
        var directory = Directory;
        if (!directory.Remove(heap, member)) return false;
        if (directory.Count > 1)
        {
            Set(Count - 1, directory);
            return true;
        }

        var leaf = directory.Leaf(heap, 0);
        directory.Free(heap);
        SetLeaf(heap, leaf);
        return true;
    }

    /// <summary>A leaf of one member is given up for the member itself.</summary>
    private void SetLeaf(SlabHeap heap, MemberLeaf leaf)
    {
        if (leaf.Count > 1)
        {
            Set(leaf.Count, leaf);
            return;
        }

        SetSingle(leaf.Members(heap)[0]);
        leaf.Free(heap);
    }

    private void Set(int count, MemberLeaf leaf) => (Count, _orderOrAddress, _idOrLeaves) = (count, leaf.Address, 1);

    private void Set(int count, LeafDirectory directory) => (Count, _orderOrAddress, _idOrLeaves) = (count, directory.Address, (uint)directory.Count);
}

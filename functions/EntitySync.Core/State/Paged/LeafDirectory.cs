namespace EntitySync.Core.State.Paged;

/// <summary>
/// The leaves of one value in order. Each stands beside a bound: no member before the leaf reaches it, none in the leaf is below it (its first
/// member when it was made). The first leaf takes whatever is smaller.
/// </summary>
internal struct LeafDirectory(SlotArray<LeafDirectory.Item> items)
{
    /// <summary>A leaf with fewer members joins a neighbour when both together have at most <see cref="Joined"/>.</summary>
    private const int Small = 32;
    private const int Joined = 96;

    private SlotArray<Item> _items = items;

    public readonly int Count => _items.Count;

    public readonly uint Address => _items.Address;

    public static LeafDirectory Create(SlabHeap heap, MemberLeaf leaf) => new(SlotArray<Item>.Create(heap, [new Item { Leaf = leaf }]));

    public readonly MemberLeaf Leaf(SlabHeap heap, int index) => _items.Items(heap)[index].Leaf;

    /// <returns>Index of the leaf that has <paramref name="member"/>, or would have it.</returns>
    public readonly int Find(SlabHeap heap, ulong member)
    {
        var items = _items.Items(heap);
        var (low, high) = (0, items.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) >>> 1;
            if (items[middle].Bound <= member) low = middle;
            else high = middle - 1;
        }

        return low;
    }

    public bool Add(SlabHeap heap, ulong member)
    {
        var index = Find(heap, member);
        ref var leaf = ref _items.Items(heap)[index].Leaf;
        if (leaf.Count < MemberLeaf.Full) return leaf.Add(heap, member);
        if (leaf.Members(heap).BinarySearch(member) >= 0) return false;
        Split(heap, index);
        return Add(heap, member);
    }

    public bool Remove(SlabHeap heap, ulong member)
    {
        var index = Find(heap, member);
        ref var leaf = ref _items.Items(heap)[index].Leaf;
        if (!leaf.Remove(heap, member)) return false;
        if (leaf.Count == 0) RemoveLeaf(heap, index);
        else if (leaf.Count < Small && !TryJoin(heap, index - 1)) TryJoin(heap, index);
        return true;
    }

    public readonly void Free(SlabHeap heap) => _items.Free(heap);

    private void Split(SlabHeap heap, int index)
    {
        var upper = Leaf(heap, index).Members(heap)[(MemberLeaf.Full / 2)..];
        var item = new Item { Bound = upper[0], Leaf = MemberLeaf.Create(heap, upper) };
        _items.Splice(heap, index + 1, removed: 0, added: 1)[0] = item;
        _items.Items(heap)[index].Leaf.Truncate(heap, MemberLeaf.Full / 2);
    }

    /// <summary>Joins the leaf with the one after it when both are there and small enough.</summary>
    private bool TryJoin(SlabHeap heap, int index)
    {
        if (index < 0 || index + 1 >= Count) return false;
        ref var left = ref _items.Items(heap)[index].Leaf;
        var right = Leaf(heap, index + 1);
        if (left.Count + right.Count > Joined) return false;
        left.Append(heap, right.Members(heap));
        RemoveLeaf(heap, index + 1);
        return true;
    }

    private void RemoveLeaf(SlabHeap heap, int index)
    {
        Leaf(heap, index).Free(heap);
        _items.Splice(heap, index, removed: 1, added: 0);
    }

    internal struct Item
    {
        public ulong Bound;
        public MemberLeaf Leaf;
    }
}

namespace EntitySync.Core.State.Paged;

/// <summary>
/// A sorted run of members. A member is 8 bytes: its order in the upper half, its entry id in the lower, so that comparing two numbers compares
/// orders first.
/// </summary>
internal struct MemberLeaf(SlotArray<ulong> members)
{
    /// <summary>Members of a full leaf. Larger ones cost more to insert into, smaller ones more directory.</summary>
    public const int Full = 128;

    private SlotArray<ulong> _members = members;

    public readonly int Count => _members.Count;

    public readonly uint Address => _members.Address;

    public static ulong Member(uint order, int id) => ((ulong)order << 32) | (uint)id;

    public static MemberLeaf Create(SlabHeap heap, ReadOnlySpan<ulong> members) => new(SlotArray<ulong>.Create(heap, members));

    public readonly ReadOnlySpan<ulong> Members(SlabHeap heap) => _members.Items(heap);

    /// <returns>False when the member is there already. The leaf must not be full.</returns>
    public bool Add(SlabHeap heap, ulong member)
    {
        var index = Members(heap).BinarySearch(member);
        if (index >= 0) return false;
        _members.Splice(heap, ~index, removed: 0, added: 1)[0] = member;
        return true;
    }

    /// <returns>False when the member is not there.</returns>
    public bool Remove(SlabHeap heap, ulong member)
    {
        var index = Members(heap).BinarySearch(member);
        if (index < 0) return false;
        _members.Splice(heap, index, removed: 1, added: 0);
        return true;
    }

    public void Append(SlabHeap heap, ReadOnlySpan<ulong> members) => members.CopyTo(_members.Splice(heap, Count, removed: 0, members.Length));

    /// <summary>Cuts the leaf to its first <paramref name="count"/> members.</summary>
    public void Truncate(SlabHeap heap, int count) => _members.Splice(heap, count, Count - count, added: 0);

    public readonly void Free(SlabHeap heap) => _members.Free(heap);
}

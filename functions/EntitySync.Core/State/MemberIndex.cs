using EntitySync.Core.State.Paged;

namespace EntitySync.Core.State;

/// <summary>
/// Foreign-key index: for each value its members, ascending by order (see <see cref="IStateStore.OrderOf"/>), then by entry id. One thread at a time.
/// <list type="bullet">
/// <item>Values are dense numbers from 0, as <see cref="ValueTable"/> hands out; each costs 12 bytes. A value's only member is in there.</item>
/// <item>More members are in sorted leaves outside the GC heap, 8 bytes each and the leaves' spare room; lists of more than a leaf have a directory.</item>
/// <item>Between two reads of a list members may come and go anywhere in it: one that stays is read exactly once.</item>
/// <item>A write that throws <see cref="Errors.InsufficientStateMemoryException"/> may be half done: only <see cref="Dispose"/> is left then.</item>
/// </list>
/// </summary>
public sealed class MemberIndex : IDisposable
{
    private readonly NativeBlocks _blocks = new();
    private readonly NativeSegments<MemberList> _lists;
    private readonly SlabHeap _heap;

    public MemberIndex()
    {
        _lists = new NativeSegments<MemberList>(_blocks);
        _heap = new SlabHeap(_blocks);
    }

    /// <summary>Bytes of all memory the index holds, used or not.</summary>
    public long AllocatedBytes => _blocks.AllocatedBytes;

    /// <returns>False when the member was there already.</returns>
    public bool Add(int value, uint order, int member)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ObjectDisposedException.ThrowIf(_blocks.IsDisposed, this);
        _lists.Grow(value + 1L);
        return _lists[value].Add(_heap, MemberLeaf.Member(order, member));
    }

    /// <returns>False when the member was not there.</returns>
    public bool Remove(int value, uint order, int member) => Has(value) && _lists[value].Remove(_heap, MemberLeaf.Member(order, member));

    public long Count(int value) => Has(value) ? _lists[value].Count : 0;

    /// <summary>Reads members with <paramref name="fromOrder"/> and above: at least <paramref name="atLeast"/> if there are as many, and all of the last one's order.</summary>
    /// <param name="value">A value; one never seen has no members.</param>
    /// <param name="fromOrder">0 for the first read, then <paramref name="nextOrder"/> of the read before.</param>
    /// <param name="atLeast">1 or more.</param>
    /// <param name="members">Cleared, then filled.</param>
    /// <param name="nextOrder">Where the next read goes on; null when this one reached the end.</param>
    public void Read(int value, uint fromOrder, int atLeast, List<int> members, out uint? nextOrder)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atLeast, 1);
        members.Clear();
        nextOrder = null;
        if (Has(value)) nextOrder = _lists[value].Read(_heap, fromOrder, atLeast, members);
    }

    public void Dispose() => _blocks.Dispose();

    private bool Has(int value)
    {
        ObjectDisposedException.ThrowIf(_blocks.IsDisposed, this);
        return value >= 0 && value < _lists.Capacity;
    }
}

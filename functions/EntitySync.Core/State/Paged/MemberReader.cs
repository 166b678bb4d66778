namespace EntitySync.Core.State.Paged;

/// <summary>Takes members leaf by leaf into a list until enough are there and the order changes.</summary>
internal struct MemberReader(ulong from, int atLeast, List<int> members)
{
    private uint _lastOrder;

    public readonly ulong From => from;

    /// <param name="leaf">Sorted; the next leaf of the list.</param>
    /// <returns>Where the next read goes on, or null when it wants the next leaf. It is not the order of the next member but the first order not yet read: what is added in between is not skipped.</returns>
    public uint? Take(ReadOnlySpan<ulong> leaf)
    {
        var start = leaf.BinarySearch(from);
        if (start < 0) start = ~start;
        foreach (var member in leaf[start..])
        {
            var order = (uint)(member >> 32);
            if (members.Count >= atLeast && order != _lastOrder) return _lastOrder + 1;
            members.Add((int)(uint)member);
            _lastOrder = order;
        }

        return null;
    }
}

namespace EntitySync.Core.Enrichment;

/// <summary>
/// The values of one root that composed keys are made of, by slot, each with the element of the array it stands in: kept until the whole document has been read, for
/// the fields come in any order. Reused from root to root. Not thread-safe.
/// </summary>
internal sealed class CapturedValues
{
    private readonly Growable<Value> _values = new();
    private Slot[] _slots = [];
    private int[] _counters = [];

    public long Capacity => _values.Capacity * 24L;

    /// <summary>Forgets the root before.</summary>
    public void Begin(int slots, int counters)
    {
        _values.Clear();
        if (_slots.Length < slots) _slots = new Slot[slots];
        if (_counters.Length < counters) _counters = new int[counters];
        _slots.AsSpan(0, slots).Fill(new Slot(First: -1, Last: -1, At: -1, Count: 0));
        _counters.AsSpan(0, counters).Clear();
    }

    /// <summary>An element of the array begins.</summary>
    public void NextElement(int counter) => _counters[counter]++;

    /// <param name="slot">Whose value it is.</param>
    /// <param name="counter">Counts the elements of the array that the value stands in; -1 outside of arrays.</param>
    /// <param name="text">Where its text is.</param>
    /// <returns>How many values the slot has.</returns>
    public int Add(int slot, int counter, in MatchKey text)
    {
        ref var of = ref _slots[slot];
        if (of.Last >= 0) _values[of.Last].Next = _values.Count;
        else of.First = _values.Count;
        of.Last = _values.Count;
        _values.Add(new Value(text, counter < 0 ? 0 : _counters[counter]));
        return ++of.Count;
    }

    /// <summary>Goes to the first combination of values that makes this key.</summary>
    /// <returns>False when there is none.</returns>
    public bool MoveFirst(ComposedKey key)
    {
        foreach (var slot in key.Slots)
        {
            _slots[slot].At = _slots[slot].First;
            if (_slots[slot].At < 0) return false;
        }

        return key.EachSlots.Length == 0 || Align(key);
    }

    /// <summary>Goes to the combination of the next element that has all values.</summary>
    public bool MoveNext(ComposedKey key)
    {
        if (key.EachSlots.Length == 0) return false;
        Step(key.EachSlots[0]);
        return Align(key);
    }

    /// <summary>Where the slot's value of the combination is.</summary>
    public MatchKey TextOf(int slot) => _values[_slots[slot].At].Text;

    // The values of a slot are in the order of the elements, and an element has at most one.
    private bool Align(ComposedKey key)
    {
        var lead = key.EachSlots[0];
        for (; _slots[lead].At >= 0; Step(lead))
        {
            if (IsAligned(key, _values[_slots[lead].At].Element)) return true;
        }

        return false;
    }

    private bool IsAligned(ComposedKey key, int element)
    {
        foreach (var slot in key.EachSlots)
        {
            while (_slots[slot].At >= 0 && _values[_slots[slot].At].Element < element) Step(slot);
            if (_slots[slot].At < 0 || _values[_slots[slot].At].Element != element) return false;
        }

        return true;
    }

    private void Step(int slot) => _slots[slot].At = _values[_slots[slot].At].Next;

    private record struct Slot(int First, int Last, int At, int Count);

    private record struct Value(MatchKey Text, int Element)
    {
        /// <summary>The slot's next value; -1 for its last.</summary>
        public int Next { get; set; } = -1;
    }
}

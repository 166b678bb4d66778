using EntitySync.Core.Enrichment;
using EntitySync.Core.Messages;
using EntitySync.Core.ReadModels.Reading;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>
/// What the events of one lane (a partition of a topic) say of one row. Which of them is kept follows from their offsets alone, so that it is the same whichever of live
/// events and a rebuild brought them first.
/// </summary>
internal sealed class LaneFacts
{
    public const long None = -1;

    private readonly Growable<Fact> _facts = new();

    /// <summary>Rank of the topic among those of the definition (ordinal).</summary>
    public int Topic { get; private set; }

    public int Partition { get; private set; }

    /// <summary>All events of the row up to this offset are applied.</summary>
    public long UpTo { get; set; }

    /// <summary>All from this offset to <see cref="To"/> were applied by live events.</summary>
    public long From { get; set; }

    public long To { get; set; }

    /// <summary>The newest event that makes the row exist.</summary>
    public long ExistsOffset { get; set; }

    public long ExistsTime { get; set; }

    /// <summary>Takes all facts of this lane with lower offsets.</summary>
    public long DeletedOffset { get; set; }

    /// <summary>The latest time of a deletion: takes all facts of other lanes up to it.</summary>
    public long DeletedTime { get; set; }

    /// <summary>By field; those of one field by state or offset.</summary>
    public Growable<Fact> Facts => _facts;

    public void Clear(int topic, int partition)
    {
        (Topic, Partition) = (topic, partition);
        (UpTo, From, To, ExistsOffset, ExistsTime, DeletedOffset, DeletedTime) = (None, None, None, None, 0, None, long.MinValue);
        _facts.Clear();
    }

    /// <summary>Decides by what was applied before, and notes that the event is applied now.</summary>
    /// <returns>False for an event that was applied, or that the other origin brings.</returns>
    public bool Take(long offset, EventOrigin origin, CompiledReadModel model)
    {
        if (offset <= UpTo) return false;
        if (origin == EventOrigin.Live)
        {
            if (From != None && offset <= To) return false;
            if (From == None) From = offset;
            To = offset;
            return true;
        }

        if (From != None && offset >= From && offset <= To) return false;
        UpTo = offset;
        if (From == None || offset <= To) return true;
        (From, To) = (None, None); // the rebuild has overtaken the live events: all up to here is applied
        for (var field = 0; field < model.Fields.Length; field++)
        {
            if (model.Fields[field].Kind == FieldKind.Sum && model.KeepsAmounts(Topic)) AddUp(FirstOf(field), EndOf(field), model.AmountsOfALane);
        }

        return true;
    }

    public void Delete(long offset, long time)
    {
        DeletedTime = Math.Max(DeletedTime, time);
        if (offset <= DeletedOffset) return;
        DeletedOffset = offset;
        if (ExistsOffset < offset) ExistsOffset = None;
        var facts = _facts.Span;
        var kept = 0;
        foreach (ref readonly var fact in facts)
        {
            if (fact.Offset >= offset) facts[kept++] = fact;
        }

        _facts.Truncate(kept);
    }

    /// <summary>The row exists while this event is not cleared.</summary>
    public void Exist(long offset, long time)
    {
        if (offset >= DeletedOffset && offset >= ExistsOffset) (ExistsOffset, ExistsTime) = (offset, time);
    }

    public void Add(in Fact fact, CompiledReadModel model)
    {
        if (fact.Offset < DeletedOffset) return;
        switch (model.Fields[fact.Field].Kind)
        {
            case FieldKind.List: Append(fact, model.Fields[fact.Field].Limit); break;
            case FieldKind.Sum when model.KeepsAmounts(Topic): Count(fact, model.AmountsOfALane); break;
            case FieldKind.Sum: Sum(fact); break;
            default: Replace(fact); break;
        }
    }

    /// <summary>Index of the field's first fact, or of where it would stand.</summary>
    public int FirstOf(int field)
    {
        var facts = _facts.Span;
        var (low, high) = (0, facts.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (facts[middle].Field < field) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Index behind the field's last fact.</summary>
    public int EndOf(int field) => FirstOf(field + 1);

    // Of a value there is one fact, of states one each.
    private void Replace(in Fact fact)
    {
        var at = FirstOf(fact.Field);
        while (at < _facts.Count && _facts[at].Field == fact.Field && _facts[at].State < fact.State) at++;
        if (at == _facts.Count || _facts[at].Field != fact.Field || _facts[at].State != fact.State) _facts.Insert(at, fact);
        else if (_facts[at].Offset <= fact.Offset) _facts[at] = fact;
    }

    private void Append(in Fact fact, int limit)
    {
        if (IsCopy(fact)) return;
        var (first, end) = Insert(fact);
        if (end - first > limit) _facts.Remove(first, end - first - limit);
    }

    // What is added up is gone as single events, and a deletion among those before them that a rebuild still brings would not take the right ones. So live events are only
    // added up with live events until the rebuild has overtaken them.
    private void Count(in Fact fact, int limit)
    {
        if (IsCopy(fact)) return;
        var (first, end) = Insert(fact);
        if (end - first <= limit) return;
        if (From == None)
        {
            AddUp(first, end, limit);
            return;
        }

        var live = first;
        while (live < end && _facts[live].Offset < From) live++;
        AddUp(live, end, limit);
        AddUp(first, live, limit);
    }

    // The oldest ones become one in the place of the youngest of them.
    private void AddUp(int first, int end, int limit)
    {
        var superfluous = end - first - limit;
        if (superfluous <= 0) return;
        ref var into = ref _facts[first + superfluous];
        for (var i = first; i < first + superfluous; i++) into.Amount += _facts[i].Amount;
        into.Id = 0; // a copy of the youngest must not take the place of all
        _facts.Remove(first, superfluous);
    }

    // Of one id the last event counts, whichever of live events and a rebuild brought it first.
    private bool IsCopy(in Fact fact)
    {
        if (fact.Id == 0) return false;
        var (first, end) = (FirstOf(fact.Field), EndOf(fact.Field));
        for (var i = end - 1; i >= first; i--)
        {
            if (_facts[i].Id != fact.Id || _facts[i].Offset == fact.Offset) continue;
            if (_facts[i].Offset > fact.Offset) return true;
            _facts.Remove(i, 1);
        }

        return false;
    }

    private void Sum(in Fact fact)
    {
        var at = FirstOf(fact.Field);
        if (at < _facts.Count && _facts[at].Field == fact.Field) _facts[at].Amount += fact.Amount;
        else _facts.Insert(at, fact with { Offset = None, Time = 0 });
    }

    // Behind those of the same event.
    private (int First, int End) Insert(in Fact fact)
    {
        var (first, end) = (FirstOf(fact.Field), EndOf(fact.Field));
        var at = end;
        while (at > first && _facts[at - 1].Offset > fact.Offset) at--;
        _facts.Insert(at, fact);
        return (first, end + 1);
    }
}

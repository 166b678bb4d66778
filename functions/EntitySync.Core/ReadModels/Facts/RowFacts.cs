using EntitySync.Core.Enrichment;

namespace EntitySync.Core.ReadModels.Facts;

/// <summary>All that is known of one row, by lane. Reused from one row to the next.</summary>
internal sealed class RowFacts
{
    private readonly List<LaneFacts> _spare = [];
    private readonly List<LaneFacts> _lanes = [];

    /// <summary>By topic (ordinal), then partition: of events of the same time the later one wins.</summary>
    public IReadOnlyList<LaneFacts> Lanes => _lanes;

    /// <summary>For whoever reads a lane.</summary>
    public Growable<(long Offset, long Time)> Events { get; } = new();

    public void Clear()
    {
        foreach (var lane in _lanes) lane.Clear(0, 0); // lets go of the events' bytes
        _spare.AddRange(_lanes);
        _lanes.Clear();
    }

    /// <summary>The lane, a new one when nothing is known of it.</summary>
    public LaneFacts Lane(int topic, int partition)
    {
        var at = 0;
        for (; at < _lanes.Count; at++)
        {
            var lane = _lanes[at];
            if (lane.Topic == topic && lane.Partition == partition) return lane;
            if (lane.Topic > topic || (lane.Topic == topic && lane.Partition > partition)) break;
        }

        var added = NewLane(topic, partition);
        _lanes.Insert(at, added);
        return added;
    }

    /// <summary>The latest deletion in any other lane; the beginning of time when there is none.</summary>
    public long DeletedElsewhere(LaneFacts than)
    {
        var latest = long.MinValue;
        foreach (var lane in _lanes)
        {
            if (lane != than) latest = Math.Max(latest, lane.DeletedTime);
        }

        return latest;
    }

    /// <summary>True when some event that makes the row exist is not cleared.</summary>
    public bool Exists()
    {
        foreach (var lane in _lanes)
        {
            if (lane.ExistsOffset != LaneFacts.None && lane.ExistsTime > DeletedElsewhere(lane)) return true;
        }

        return false;
    }

    /// <summary>Lets go of values that deletions of other lanes took. Amounts stay: they may still be added up with later ones.</summary>
    public void DropCleared()
    {
        foreach (var lane in _lanes)
        {
            var deleted = DeletedElsewhere(lane);
            foreach (ref var fact in lane.Facts.Span)
            {
                if (fact.Kind is not (FactKind.Value or FactKind.Removed) || fact.Time > deleted) continue;
                (fact.Kind, fact.Value) = (FactKind.Cleared, default);
            }
        }
    }

    private LaneFacts NewLane(int topic, int partition)
    {
        var lane = _spare.Count > 0 ? _spare[^1] : new LaneFacts();
        if (_spare.Count > 0) _spare.RemoveAt(_spare.Count - 1);
        lane.Clear(topic, partition);
        return lane;
    }
}

using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Joins;

/// <summary>A broadcast relation as a root task sees it: rows come from the table it shares with the thread's other tasks.</summary>
internal sealed class BroadcastRows : RelatedRows
{
    private readonly BroadcastTable _table;
    private readonly Action _onMoved;
    private RowGroup?[] _groups = [];
    private bool _isLive;

    /// <param name="table">The thread's table.</param>
    /// <param name="cursors">The task's fan-outs.</param>
    /// <param name="onMoved">Called when the table's position has moved.</param>
    public BroadcastRows(BroadcastTable table, FanoutCursors cursors, Action onMoved)
        : base(table.Relation, cursors)
    {
        _table = table;
        _onMoved = onMoved;
        table.Follow(this); // the table may change while the task is being restored
    }

    public BroadcastTable Table => _table;

    public override long AllocatedBytes => base.AllocatedBytes + (_groups.Length * (long)IntPtr.Size);

    public override bool TryRows(int value, out PreparedRow? rows)
    {
        rows = _groups[value]?.Rows;
        return true;
    }

    public override IEnumerable<PreparedRow> AllRows(int value) => _groups[value]?.All ?? [];

    public override void CompleteRestore(TaskProgress progress)
    {
        _isLive = true;
        var positions = progress.PositionsOf(Relation);
        var all = _table.MayHaveUnknownDepartures(positions);
        for (var value = 0; value < _groups.Length; value++)
        {
            if (all || (_groups[value] is { } group && group.HasChangedSince(positions))) StartFanout(value);
        }

        // Without a note the next start would take every row for a change, and visit all entities.
        if (IsBehind(positions)) _onMoved();
    }

    public void OnMoved()
    {
        if (_isLive) _onMoved();
    }

    private bool IsBehind(ReadOnlySpan<long> noted)
    {
        for (var partition = 0; partition < _table.Positions.Length; partition++)
        {
            if (_table.Positions[partition] != (partition < noted.Length ? noted[partition] : 0)) return true;
        }

        return false;
    }

    public void OnChanged(RowGroup group)
    {
        var value = Find(group.Value);
        if (value < 0) return;
        _groups[value] = group;
        if (_isLive) StartFanout(value);
    }

    protected override void OnFirstUse(int value, ReadOnlySpan<byte> text, long offset, bool isRestoring)
    {
        if (value >= _groups.Length) Array.Resize(ref _groups, Math.Max(16, Math.Max(value + 1, _groups.Length * 2)));
        _groups[value] = _table.Find(text);
    }

    protected override void OnLastUse(int value, bool isRestoring)
    {
        base.OnLastUse(value, isRestoring);
        _groups[value] = null;
    }

    protected override void Dispose(bool disposing) => _table.Leave(this);
}

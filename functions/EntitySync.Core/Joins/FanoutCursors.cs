namespace EntitySync.Core.Joins;

/// <summary>
/// A fan-out under way: the entities of one value that are still to be visited, as a circle over their order (see <see cref="State.IStateStore.OrderOf"/>).
/// It goes from <see cref="Next"/> to the highest order, then from 0 up to <see cref="End"/>. A second change of the value begins a new circle at the current
/// place, so that steady changes never starve the entities at the end.
/// </summary>
internal sealed class FanoutCursor(int relation, int value)
{
    public int Relation => relation;

    public int Value => value;

    public uint Next { get; set; }

    public uint End { get; set; }

    /// <summary>True in the second part of the circle, from 0 to <see cref="End"/>.</summary>
    public bool IsWrapped { get; set; }

    /// <summary>Entities visited since the change or the restart.</summary>
    public long Done { get; set; }

    public long StartedAt { get; set; }

    /// <summary>False once it has ended or was cancelled.</summary>
    public bool IsActive { get; set; } = true;

    public void Restart()
    {
        End = Next;
        IsWrapped = false;
        Done = 0;
    }
}

/// <summary>All fan-outs of a task. They take turns, a step each.</summary>
internal sealed class FanoutCursors(TimeProvider time)
{
    private readonly Dictionary<(int Relation, int Value), FanoutCursor> _active = [];
    private readonly Queue<FanoutCursor> _turns = new();

    public int Count => _active.Count;

    public IEnumerable<FanoutCursor> Active => _active.Values;

    public bool IsActive(int relation, int value) => _active.ContainsKey((relation, value));

    /// <summary>Called with a cursor whose note in the progress topic has to be written or removed.</summary>
    public Action<FanoutCursor>? OnDirty { get; set; }

    public FanoutCursor Start(int relation, int value)
    {
        if (_active.TryGetValue((relation, value), out var cursor))
        {
            cursor.Restart();
        }
        else
        {
            cursor = new FanoutCursor(relation, value);
            _active.Add((relation, value), cursor);
            _turns.Enqueue(cursor);
        }

        cursor.StartedAt = time.GetTimestamp();
        OnDirty?.Invoke(cursor);
        return cursor;
    }

    /// <summary>Ends a fan-out: it is through, or nobody refers to the value any more.</summary>
    public void Cancel(int relation, int value)
    {
        if (!_active.Remove((relation, value), out var cursor)) return;
        cursor.IsActive = false;
        OnDirty?.Invoke(cursor);
    }

    /// <summary>The cursor whose turn it is; the next call gives the next one.</summary>
    public FanoutCursor? NextTurn()
    {
        while (_turns.TryDequeue(out var cursor))
        {
            if (!cursor.IsActive) continue;
            _turns.Enqueue(cursor);
            return cursor;
        }

        return null;
    }
}

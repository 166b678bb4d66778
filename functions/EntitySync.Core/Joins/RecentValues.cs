namespace EntitySync.Core.Joins;

/// <summary>
/// Keeps on using the values that events of a stream have used last, so that the rows of a busy value are not asked for and given back with each event.
/// Bounded by count, and by the bytes of all answers held.
/// </summary>
internal sealed class RecentValues(SubscribedRows rows, JoinOptions options)
{
    private readonly LinkedList<int> _byAge = new();
    private readonly Dictionary<int, LinkedListNode<int>> _nodes = [];

    /// <summary>The value has been used just now. It must be in use.</summary>
    public void Touch(int value)
    {
        if (_nodes.TryGetValue(value, out var node))
        {
            _byAge.Remove(node);
            _byAge.AddLast(node);
            return;
        }

        rows.Acquire(rows.BytesOf(value), offset: 0, isRestoring: false); // in use already: nothing is asked
        _nodes.Add(value, _byAge.AddLast(value));
    }

    /// <summary>Begins with the values that the restored answers are for, as many as there is room for.</summary>
    public void Adopt()
    {
        foreach (var text in rows.HeldValues().TakeWhile(_ => _nodes.Count < options.RecentValues))
        {
            var value = rows.Acquire(text, offset: 0, isRestoring: true);
            _nodes.Add(value, _byAge.AddLast(value));
        }
    }

    /// <summary>Gives back what is beyond the bounds, the longest unused first.</summary>
    public void Trim()
    {
        while (_byAge.First is { } oldest && (_nodes.Count > options.RecentValues || rows.HeldBytes > options.RecentValueBytes))
        {
            _byAge.RemoveFirst();
            _nodes.Remove(oldest.Value);
            rows.Release(oldest.Value, isRestoring: false);
        }
    }
}

namespace EntitySync.Local.EventSources;

/// <summary>
/// Which shards may be read: a child only after its parent is read to the end, so that changes of one key keep their order when a shard splits.
/// </summary>
internal sealed class ShardTree
{
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);
    private readonly HashSet<string> _finished = new(StringComparer.Ordinal);

    /// <summary>Shards to start now, of those the stream has; each is named once.</summary>
    public IReadOnlyList<string> Start(IReadOnlyList<Shard> shards)
    {
        var present = shards.Select(shard => shard.Id).ToHashSet(StringComparer.Ordinal);
        var ready = shards.Where(shard => !_started.Contains(shard.Id) && (shard.Parent is null || !present.Contains(shard.Parent) || _finished.Contains(shard.Parent)));
        List<string> started = [.. ready.Select(shard => shard.Id)];
        _started.UnionWith(started);
        return started;
    }

    /// <summary>For a start at the newest record: everything but the open shards counts as read.</summary>
    public void SkipParents(IReadOnlyList<Shard> shards)
    {
        var parents = shards.Select(shard => shard.Parent).OfType<string>().ToHashSet(StringComparer.Ordinal);
        _started.UnionWith(parents);
        _finished.UnionWith(parents);
    }

    public void Finish(string shard) => _finished.Add(shard);
}

using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>Bounds and freshness of a <see cref="RowCache"/>.</summary>
public sealed record RowCacheOptions
{
    /// <summary>Rows (absent ones included) kept at most; the ones read longest ago go first.</summary>
    public int MaximumRows { get; init; } = 100_000;

    /// <summary>Bytes of keys and rows kept at most.</summary>
    public long MaximumBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How old a read may be to serve a later invocation; zero: every invocation reads the rows it needs once.</summary>
    public TimeSpan MaximumAge { get; init; } = TimeSpan.Zero;
}

/// <summary>
/// Related rows as this process read them last, absent ones included. What makes a cached row usable is when its read <em>started</em>,
/// counted by one sequence that reads and invocations share: a strongly consistent read sees at least everything that was committed before it started.
/// <list type="bullet">
/// <item>With <see cref="RowCacheOptions.MaximumAge"/> zero a row is usable only if its read started after the invocation began. All invocations
/// of a partition follow each other, so no output of a key can go back to an older row, even when another container handled the key in
/// between; and the change behind a replay was committed before the replay record arrived, so the row is at least that new.</item>
/// <item>With a maximum age, a row read by an earlier invocation serves too while it is young. Another container may then have used a newer one: that is
/// the price. A replay does not pay it: a row that its cause names is usable only if it is the very row (same version, same content) or its read
/// started after the invocation that saw this cause first began. So a replay reads each row it changed once a cause, not once a record.</item>
/// </list>
/// Concurrent misses of one key share one read. A read that started earlier never overwrites one that started later. Failed reads leave nothing behind.
/// Thread-safe; a hit takes no lock unless a cause must be looked up.
/// </summary>
public sealed class RowCache(IRelatedRowReader reader, TimeProvider clock, RowCacheOptions? options = null)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RowTable> _tables = new(StringComparer.Ordinal);
    private readonly LinkedList<RowSlot> _byReadTime = new();
    private long _sequence;
    private long _bytes;

    internal RowCacheOptions Options { get; } = options ?? new RowCacheOptions();

    internal IRelatedRowReader Reader { get; } = reader;

    internal TimeProvider Clock { get; } = clock;

    internal Lock Lock => _lock;

    /// <summary>Rows held now, absent ones included.</summary>
    public int Rows
    {
        get
        {
            lock (_lock) return _byReadTime.Count;
        }
    }

    /// <summary>Bytes held now, as <see cref="RowCacheOptions.MaximumBytes"/> counts them.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _bytes;
        }
    }

    /// <summary>To be called when an invocation begins; what it returns says which reads are fresh for it.</summary>
    public Invocation Begin() => new(NextSequence(), Clock.GetTimestamp());

    /// <summary>The rows of one reference table.</summary>
    public RowTable Table(string name)
    {
        lock (_lock)
        {
            if (!_tables.TryGetValue(name, out var table)) _tables[name] = table = new RowTable(this, name);
            return table;
        }
    }

    internal long NextSequence() => Interlocked.Increment(ref _sequence);

    /// <summary>Puts a slot that was just created or filled at the young end and drops old ones beyond the bounds.</summary>
    internal void Touch_NeedsLock(RowSlot slot, long bytes)
    {
        if (slot.Node.List is not null) _byReadTime.Remove(slot.Node);
        _byReadTime.AddLast(slot.Node);
        _bytes += bytes - slot.Bytes;
        slot.Bytes = bytes;
        while (_byReadTime.Count > Options.MaximumRows || (_bytes > Options.MaximumBytes && _byReadTime.Count > 0)) Evict_NeedsLock(_byReadTime.First!);
    }

    private void Evict_NeedsLock(LinkedListNode<RowSlot> oldest)
    {
        _byReadTime.Remove(oldest);
        _bytes -= oldest.Value.Bytes;
        oldest.Value.IsEvicted = true;
        oldest.Value.Table.Remove_NeedsLock(oldest.Value);
    }
}

/// <summary>One run of a batch, as far as freshness goes.</summary>
/// <param name="Sequence">Reads with a greater number started after it began.</param>
/// <param name="Timestamp">Clock when it began.</param>
public readonly record struct Invocation(long Sequence, long Timestamp);

using System.Collections.Concurrent;
using EntitySync.Core.ReferenceTables;
using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>The cached rows of one reference table; see <see cref="RowCache"/> for what makes one usable.</summary>
public sealed class RowTable
{
    private static readonly CachedRow NoSuchRow = new(null, long.MaxValue, 0);

    private readonly RowCache _cache;
    private readonly ConcurrentDictionary<byte[], RowSlot> _slots = new(ByteKeyComparer.Instance);
    private readonly ConcurrentDictionary<byte[], RowSlot>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    internal RowTable(RowCache cache, string name)
    {
        _cache = cache;
        Name = name;
        _lookup = _slots.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public string Name { get; }

    /// <summary>The cached row of <paramref name="key"/>, if it is fresh enough for this invocation and for what a replay demands; null: it must be read.</summary>
    /// <param name="key">Key text, UTF-8.</param>
    /// <param name="invocation">The running invocation.</param>
    /// <param name="replay">The replay that the record belongs to; null on live updates.</param>
    public CachedRow? Find(ReadOnlySpan<byte> key, in Invocation invocation, ReplayMark? replay)
    {
        if (key.Length is 0 or > RowBody.MaximumKeyBytes) return NoSuchRow;
        _lookup.TryGetValue(key, out var slot);
        var row = slot?.Current;
        if (_cache.Options.MaximumAge <= TimeSpan.Zero) return row?.Started > invocation.Sequence ? row : null;
        if (replay?.Demand(Name, key) is { } demanded) return IsSatisfied(slot ?? GetOrAdd(key), row, invocation, demanded) && IsFresh(row!, invocation) ? row : null;
        return row is not null && IsFresh(row, invocation) ? row : null;
    }

    /// <summary>Reads <paramref name="keys"/> in one call, but for those that a running read is about to bring.</summary>
    /// <param name="keys">Distinct keys that <see cref="Find"/> did not have.</param>
    /// <param name="invocation">The running invocation.</param>
    /// <returns>The row of each key, in order, whatever the cache could keep of them; and how many were read by this call.</returns>
    /// <exception cref="Errors.TransientException">The reader's; nothing is cached.</exception>
    public async Task<(CachedRow[] Rows, int Read)> LoadAsync(IReadOnlyList<byte[]> keys, Invocation invocation, CancellationToken cancellationToken)
    {
        var (own, shares) = Share(keys, invocation);
        if (own is not null) await own.RunAsync(cancellationToken);
        var rows = new CachedRow[keys.Count];
        for (var i = 0; i < keys.Count; i++) rows[i] = await ResultAsync(shares[i], keys[i], invocation, cancellationToken);
        return (rows, own?.Count ?? 0);
    }

    internal void Remove_NeedsLock(RowSlot slot) => _slots.TryRemove(KeyValuePair.Create(slot.Key, slot));

    internal void Store_NeedsLock(RowSlot slot, RowRead read, CachedRow? row)
    {
        if (ReferenceEquals(slot.Running, read)) slot.Running = null;
        if (row is null || slot.IsEvicted || slot.Current?.Started > row.Started) return;
        slot.Current = row;
        _cache.Touch_NeedsLock(slot, slot.Key.Length + (row.Row?.Json.Length ?? 0));
    }

    private (RowRead? Own, RowRead[] Shares) Share(IReadOnlyList<byte[]> keys, Invocation invocation)
    {
        var shares = new RowRead[keys.Count];
        RowRead? own = null;
        lock (_cache.Lock)
        {
            for (var i = 0; i < keys.Count; i++)
            {
                var slot = GetOrAdd_NeedsLock(keys[i]);
                if (slot.Running is not { } running || running.Started <= invocation.Sequence)
                {
                    running = slot.Running = own ??= new RowRead(_cache, this);
                    running.Add(slot);
                }

                shares[i] = running;
            }
        }

        return (own, shares);
    }

    // A shared read that its owner cancelled says nothing about this caller: it reads again itself.
    private async Task<CachedRow> ResultAsync(RowRead share, byte[] key, Invocation invocation, CancellationToken cancellationToken)
    {
        try
        {
            return (await share.Completion.WaitAsync(cancellationToken))[key];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var (rows, _) = await LoadAsync([key], invocation, cancellationToken);
            return rows[0];
        }
    }

    private bool IsSatisfied(RowSlot slot, CachedRow? row, in Invocation invocation, in RowToken token)
    {
        lock (_cache.Lock)
        {
            var firstSeen = (slot.Tokens ??= new TokenLog()).FirstSeen(token, invocation.Sequence);
            return row is not null && (row.Started > firstSeen || row.Is(token));
        }
    }

    private bool IsFresh(CachedRow row, in Invocation invocation) =>
        row.Started > invocation.Sequence || _cache.Clock.GetElapsedTime(row.Timestamp) < _cache.Options.MaximumAge;

    private RowSlot GetOrAdd(ReadOnlySpan<byte> key)
    {
        lock (_cache.Lock) return GetOrAdd_NeedsLock(key.ToArray());
    }

    private RowSlot GetOrAdd_NeedsLock(byte[] key)
    {
        if (_slots.TryGetValue(key, out var slot)) return slot;
        slot = new RowSlot(this, key);
        _slots[key] = slot;
        _cache.Touch_NeedsLock(slot, key.Length);
        return slot;
    }
}

/// <summary>Where a key's row is kept. All but <see cref="Current"/> is read and written under the cache's lock.</summary>
internal sealed class RowSlot
{
    private volatile CachedRow? _current;

    public RowSlot(RowTable table, byte[] key)
    {
        Table = table;
        Key = key;
        Node = new LinkedListNode<RowSlot>(this);
    }

    public RowTable Table { get; }

    public byte[] Key { get; }

    public LinkedListNode<RowSlot> Node { get; }

    public CachedRow? Current
    {
        get => _current;
        set => _current = value;
    }

    public RowRead? Running { get; set; }

    public TokenLog? Tokens { get; set; }

    public long Bytes { get; set; }

    public bool IsEvicted { get; set; }
}

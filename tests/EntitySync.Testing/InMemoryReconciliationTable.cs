using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using EntitySync.Core.Reconciliation;

namespace EntitySync.Testing;

/// <summary>An <see cref="IReconciliationTable"/> with the conditions of the real one and the size limit of its items. Counts what DynamoDB would count as requests. Thread-safe.</summary>
/// <remarks>Nothing expires here by itself; <see cref="Expire"/> does what DynamoDB's TTL does some time later.</remarks>
public sealed class InMemoryReconciliationTable(TimeProvider clock) : IReconciliationTable
{
    /// <summary>400 KB, as DynamoDB's items.</summary>
    public const int MaximumBytes = 400 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Entity, string Id), ReconciliationState> _items = [];
    private int _writes;
    private int _reads;
    private int _refused;

    /// <summary>Write requests, refused ones too.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>Of <see cref="Writes"/>, those that a condition refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Reads of items and of pages of the index.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Told of each write with the item before (null: none) and after it, as the table's stream tells it; under the table's lock.</summary>
    public Action<ReconciliationState?, ReconciliationState>? Written { get; set; }

    /// <summary>All items, by entity and id.</summary>
    public IReadOnlyList<ReconciliationState> Items
    {
        get
        {
            lock (_lock) return [.. _items.Values.OrderBy(item => item.Entity, StringComparer.Ordinal).ThenBy(item => item.Id, StringComparer.Ordinal)];
        }
    }

    public ReconciliationState? Find(string entity, string id)
    {
        lock (_lock) return _items.GetValueOrDefault((entity, id));
    }

    public Task<UpdateResult> UpdateAsync(ReconciliationUpdate update, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _writes);
        lock (_lock)
        {
            var before = _items.GetValueOrDefault((update.Entity, update.Id));
            if (before is not null && update.Expected is { } expected && !MayFollow(expected, before)) return Refuse(before);
            return Put(before, Updated(before ?? New(update), update));
        }
    }

    public Task<UpdateResult> TransitionAsync(ReconciliationTransition transition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _writes);
        lock (_lock)
        {
            var before = _items.GetValueOrDefault((transition.Entity, transition.Id));
            if (before is null || before.Status != transition.From || (transition.Version is { } version && before.Version != version)) return Refuse(before);
            if (transition.To == ReconciliationStatus.Overdue && !(before.DueAt <= transition.Now)) return Refuse(before);
            return Put(before, before with
            {
                Status = transition.To,
                Version = before.Version + 1,
                ExpiresAt = transition.ExpiresAt,
                CompletedAt = transition.To == ReconciliationStatus.Complete ? transition.Now : before.CompletedAt,
                OverdueAt = transition.To == ReconciliationStatus.Overdue ? transition.Now : before.OverdueAt,
            });
        }
    }

    public Task<ReconciliationState?> GetAsync(string entity, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _reads);
        return Task.FromResult(Find(entity, id));
    }

    public Task<ReconciliationPage> ListAsync(ReconciliationQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _reads);
        var after = query.PageToken is { } token ? ParseToken(token) : (Ticks: -1L, Id: "");
        lock (_lock)
        {
            var found = _items.Values
                .Where(item => item.Entity == query.Entity && item.Status == query.Status && !(item.NextAt > query.Due))
                .OrderBy(item => item.NextAt).ThenBy(item => item.Id, StringComparer.Ordinal)
                .Where(item => item.NextAt.UtcTicks > after.Ticks || (item.NextAt.UtcTicks == after.Ticks && string.CompareOrdinal(item.Id, after.Id) > 0))
                .Take(query.Limit + 1)
                .Select(item => new ReconciliationEntry(item.Id, item.Since, item.NextAt))
                .ToList();
            if (found.Count <= query.Limit) return Task.FromResult(new ReconciliationPage(found, null));
            found.RemoveAt(query.Limit);
            return Task.FromResult(new ReconciliationPage(found, Token(found[^1])));
        }
    }

    /// <summary>Deletes what has expired.</summary>
    public void Expire()
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            foreach (var key in _items.Where(item => item.Value.ExpiresAt <= now).Select(item => item.Key).ToList()) _items.Remove(key);
        }
    }

    private static bool MayFollow(ExpectedChange expected, ReconciliationState item) =>
        expected.From.Contains(item.Status) && (item is not { ExpectedAt: { } at, ExpectedTimestamp: { } timestamp } || expected.IsNewerThan(at, timestamp));

    private static ReconciliationState New(ReconciliationUpdate update) => new()
    {
        Entity = update.Entity,
        Id = update.Id,
        Status = ReconciliationStatus.Waiting,
        Version = 0,
        Since = update.Now,
        Arrivals = [],
        ExpiresAt = update.ExpiresAt,
    };

    private static ReconciliationState Updated(ReconciliationState item, ReconciliationUpdate update)
    {
        var updated = item with { Version = item.Version + 1, Arrivals = Merged(item.Arrivals, update.Arrivals) };
        if (update.Expected is not { } expected) return updated;
        return updated with
        {
            Status = expected.Status,
            ExpectedAt = expected.At,
            ExpectedTimestamp = expected.Timestamp,
            Document = expected.Document?.ToArray() is { } document ? (ReadOnlyMemory<byte>?)document : null,
            DueAt = expected.KeepsDueAt ? item.DueAt ?? expected.DueAt : expected.DueAt,
            OverdueAt = expected.Status == ReconciliationStatus.Open ? null : item.OverdueAt,
            ExpiresAt = expected.Status switch { ReconciliationStatus.Open => null, ReconciliationStatus.Cancelled => update.ExpiresAt, _ => item.ExpiresAt },
        };
    }

    private static IReadOnlyList<Arrival> Merged(IReadOnlyList<Arrival> there, IReadOnlyList<Arrival> arrivals)
    {
        if (arrivals.Count == 0) return there;
        var known = there.Select(arrival => arrival.Element).ToHashSet(StringComparer.Ordinal);
        var added = arrivals.Where(arrival => known.Add(arrival.Element)).Select(arrival => arrival with { Fields = arrival.Fields.ToArray() });
        return [.. there.Concat(added).OrderBy(arrival => arrival.Element, StringComparer.Ordinal)];
    }

    private Task<UpdateResult> Put(ReconciliationState? before, ReconciliationState after)
    {
        var size = SizeOf(after);
        if (size > MaximumBytes)
        {
            throw new ItemTooLargeException(
                $"{after.Entity} '{after.Id}' would have {size} bytes with a document of {after.Document?.Length ?? 0} bytes and {after.Arrivals.Count} pieces; the table takes {MaximumBytes}");
        }

        _items[(after.Entity, after.Id)] = after;
        Written?.Invoke(before, after);
        return Task.FromResult(new UpdateResult(true, after));
    }

    private Task<UpdateResult> Refuse(ReconciliationState? item)
    {
        Interlocked.Increment(ref _refused);
        return Task.FromResult(new UpdateResult(false, item));
    }

    // About what DynamoDB counts: names and values in UTF-8, numbers by their digits, three bytes a map and one more an entry.
    private static long SizeOf(ReconciliationState item) =>
        300L + Encoding.UTF8.GetByteCount(item.Entity) + (2 * Encoding.UTF8.GetByteCount(item.Id)) + (item.Document?.Length ?? 0) + item.Arrivals.Sum(SizeOf);

    private static long SizeOf(Arrival arrival) =>
        80L + Encoding.UTF8.GetByteCount(arrival.Element) + arrival.At.Topic.Length + arrival.Fields.Length + (arrival.Amount is { } amount ? 30 + (amount.Currency?.Length ?? 0) : 0);

    private static string Token(ReconciliationEntry last) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{last.NextAt.UtcTicks.ToString(CultureInfo.InvariantCulture)} {last.Id}"));

    private static (long Ticks, string Id) ParseToken(string token)
    {
        var bytes = new byte[token.Length];
        if (Convert.TryFromBase64String(token, bytes, out var length) && Encoding.UTF8.GetString(bytes, 0, length).Split(' ', 2) is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return (number, id);
        }

        throw new PageTokenException("The page token is none that was given out here.");
    }
}

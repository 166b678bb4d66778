using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>
/// Gathers records until a batch is due: it is full, its event would reach Lambda's 6 MB, or its oldest record waited for the batching window.
/// Records leave in the order they came. One thread at a time.
/// </summary>
internal sealed class BatchBuffer<T>(BatchSettings settings, Func<T, int> eventBytes, TimeProvider time)
{
    /// <summary>Some room is left for the event's frame.</summary>
    public const int MaximumEventBytes = (6 * 1024 * 1024) - (64 * 1024);

    private readonly List<(T Record, int Bytes, long At)> _records = [];
    private long _bytes;

    public int Count => _records.Count;

    /// <summary>A whole batch is here; reading further ahead only costs memory.</summary>
    public bool IsFull => _records.Count >= settings.BatchSize || _bytes >= MaximumEventBytes;

    public bool IsDue => IsFull || (_records.Count > 0 && time.GetElapsedTime(_records[0].At) >= settings.BatchingWindow);

    public void Add(T record)
    {
        var bytes = eventBytes(record);
        _bytes += bytes;
        _records.Add((record, bytes, time.GetTimestamp()));
    }

    /// <summary>Takes the next batch: at least one record, however large it is.</summary>
    public IReadOnlyList<T> Take()
    {
        var bytes = 0L;
        var count = 0;
        while (count < _records.Count && count < settings.BatchSize && (count == 0 || bytes + _records[count].Bytes <= MaximumEventBytes)) bytes += _records[count++].Bytes;
        var batch = _records.Take(count).Select(entry => entry.Record).ToList();
        _records.RemoveRange(0, count);
        _bytes -= bytes;
        return batch;
    }

    public T? FirstOrDefault(Func<T, bool> match) => _records.Select(entry => entry.Record).FirstOrDefault(match);

    public void RemoveAll(Predicate<T> match)
    {
        _records.RemoveAll(entry => match(entry.Record));
        _bytes = _records.Sum(entry => (long)entry.Bytes);
    }
}

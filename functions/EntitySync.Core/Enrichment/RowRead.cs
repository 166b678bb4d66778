using System.Text;
using EntitySync.Core.Errors;
using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>One call of the reader, and who waits for it. It counts as started when it is made, which is before the reader is called.</summary>
internal sealed class RowRead(RowCache cache, RowTable table)
{
    private readonly TaskCompletionSource<Dictionary<byte[], CachedRow>> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<RowSlot> _slots = [];
    private readonly long _timestamp = cache.Clock.GetTimestamp();

    public long Started { get; } = cache.NextSequence();

    public int Count => _slots.Count;

    public Task<Dictionary<byte[], CachedRow>> Completion => _completion.Task;

    public void Add(RowSlot slot) => _slots.Add(slot);

    /// <summary>Reads and hands the outcome, good or bad, to everyone who waits on <see cref="Completion"/>; does not throw itself.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var keys = _slots.ConvertAll(slot => Encoding.UTF8.GetString(slot.Key));
            var found = await cache.Reader.ReadAsync(table.Name, keys, cancellationToken);
            var rows = Match(found);
            Release(rows);
            _completion.SetResult(rows);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Release(null);
            _completion.SetCanceled(cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            Release(null);
            _completion.SetException(new TransientException($"Reading '{table.Name}' was given up.", exception));
        }
        catch (Exception exception)
        {
            Release(null);
            _completion.SetException(exception);
        }
    }

    private Dictionary<byte[], CachedRow> Match(IReadOnlyList<RelatedRow> found)
    {
        var byKey = found.ToDictionary(row => row.Key, StringComparer.Ordinal);
        return _slots.ToDictionary(slot => slot.Key, slot => new CachedRow(byKey.GetValueOrDefault(Encoding.UTF8.GetString(slot.Key)), Started, _timestamp), ByteKeyComparer.Instance);
    }

    private void Release(Dictionary<byte[], CachedRow>? rows)
    {
        lock (cache.Lock)
        {
            foreach (var slot in _slots) table.Store_NeedsLock(slot, this, rows?[slot.Key]);
        }
    }
}

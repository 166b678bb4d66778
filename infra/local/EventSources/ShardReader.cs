using EntitySync.Adapters;
using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>Reads one shard to its end, batch after batch.</summary>
/// <param name="filter">Which records are delivered; null for all.</param>
/// <param name="waitingChanged">Called with the change of the number of records read and not done.</param>
internal sealed class ShardReader(
    BatchSettings settings, StreamsApi api, string streamArn, string shard, string startingPosition, EventFilter? filter, BatchDelivery<StreamRecord> delivery, EventSourceCounters counters,
    Action<int> waitingChanged, TimeProvider time, ILogger logger)
{
    // Four reads a second is what the service does; twice that still leaves the emulator in peace.
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(125);

    private readonly BatchBuffer<StreamRecord> _buffer = new(settings, record => record.EventBytes, time);
    private string? _lastRead;
    private string? _iterator;

    /// <summary>Ends when the shard is closed and all its records are done, or when stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var open = true;
            while (open)
            {
                open = await ReadAsync(cancellationToken);
                while (_buffer.IsDue || (!open && _buffer.Count > 0)) await DeliverAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped: the records come again with the next start.
        }
    }

    /// <summary>One read; waits when there was nothing. False when the shard has ended.</summary>
    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        var page = await ReadPageAsync(cancellationToken);
        var before = _buffer.Count;
        foreach (var record in page.Records)
        {
            if (filter?.Passes(record.Json) != false) _buffer.Add(record);
            _lastRead = record.SequenceNumber;
        }

        waitingChanged(_buffer.Count - before);
        _iterator = page.NextIterator;
        if (page.Records.Count == 0 && _iterator is not null && !_buffer.IsDue) await Task.Delay(PollEvery, time, cancellationToken);
        return _iterator is not null;
    }

    private async Task<StreamPage> ReadPageAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                _iterator ??= await api.GetIteratorAsync(streamArn, shard, startingPosition, _lastRead, cancellationToken);
                return await api.GetRecordsAsync(_iterator, cancellationToken);
            }
            catch (StreamsException exception)
            {
                counters.Error(exception.Message);
                logger.LogWarning("{Source} {Shard}: {Message}", settings.Id, shard, exception.Message);
                if (exception.Error != StreamsError.Retry) _iterator = null;
                // What lay behind the last record read was trimmed: go on with the oldest that is left.
                if (exception.Error == StreamsError.TrimmedData) _lastRead = null;
                await Task.Delay(Backoff.Default.Delay(failures), time, cancellationToken);
            }
        }
    }

    private async Task DeliverAsync(CancellationToken cancellationToken)
    {
        var batch = _buffer.Take();
        await delivery.RunAsync(batch, cancellationToken);
        waitingChanged(-batch.Count);
    }
}

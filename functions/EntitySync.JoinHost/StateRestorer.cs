using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Rebuilds the state of newly owned partitions: reads the root partition from its beginning up to the committed position, without emitting.
/// It has a client of its own while there is something to restore, so that live partitions are not held up by its fetches.
/// </summary>
internal sealed class StateRestorer(ThreadClients clients, TimeSpan requestTimeout, ILogger logger, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<TopicPartition, Restoring> _restoring = [];
    private IConsumer<byte[]?, byte[]?>? _consumer;

    public bool IsBusy => _restoring.Count > 0;

    public IReadOnlyList<RestoreStatus> Progress =>
        [.. _restoring.Select(entry => new RestoreStatus($"{entry.Key.Topic}-{entry.Key.Partition.Value}", entry.Value.Records, entry.Value.Position, entry.Value.Target))];

    /// <returns>Those that have something to restore; the others can go live at once.</returns>
    public IReadOnlyList<OwnedPartition> Start(IEnumerable<OwnedPartition> partitions)
    {
        // All ends are asked for before the first fetch: a waiting fetch would hold up the next question on its connection.
        var found = partitions.Select(Range).OfType<Restoring>().ToList();
        if (found.Count == 0) return [];
        foreach (var restoring in found) _restoring.Add(restoring.Partition.Root, restoring);
        _consumer!.IncrementalAssign(found.Select(restoring => new TopicPartitionOffset(restoring.Partition.Root, restoring.Position)));
        return found.ConvertAll(restoring => restoring.Partition);
    }

    /// <summary>Takes at most <paramref name="limit"/> records; calls <paramref name="done"/> for each partition that is restored.</summary>
    public void Step(int limit, Action<OwnedPartition> done)
    {
        for (var count = 0; count < limit && _consumer is not null; count++)
        {
            var result = _consumer.Consume(TimeSpan.Zero);
            if (result is null) break;
            if (_restoring.TryGetValue(result.TopicPartition, out var restoring)) Take(restoring, result, done);
        }

        LogProgress();
    }

    public void Leave(OwnedPartition partition)
    {
        if (!_restoring.Remove(partition.Root)) return;
        _consumer?.IncrementalUnassign([partition.Root]);
        if (_restoring.Count == 0) Dispose();
    }

    public void Dispose()
    {
        _consumer?.Dispose();
        _consumer = null;
    }

    /// <returns>Null when there is nothing to restore.</returns>
    private Restoring? Range(OwnedPartition partition)
    {
        if (!partition.HasState || partition.Position(partition.Root).Committed is not { } committed) return null;
        _consumer ??= clients.Follower(tellsEnds: true);
        var range = _consumer.QueryWatermarkOffsets(partition.Root, requestTimeout);
        if (committed > range.High.Value)
        {
            logger.LogWarning("{Partition} ends at {End}, before the committed position {Committed}: was the topic made anew?", partition.Root, range.High, committed);
        }

        var target = Math.Min(committed, range.High.Value);
        if (range.Low.Value >= target) return null;
        logger.LogInformation("Restoring {Partition} from {From} to {Target}", partition.Root, range.Low, target);
        var now = time.GetTimestamp();
        return new Restoring(partition, range.Low.Value, target) { Started = now, LastLogged = now };
    }

    /// <summary>Compaction and transactions leave gaps, so the end is known by a record past the target or by the end of the partition.</summary>
    private void Take(Restoring restoring, ConsumeResult<byte[]?, byte[]?> result, Action<OwnedPartition> done)
    {
        if (!result.IsPartitionEOF && result.Offset.Value < restoring.Target)
        {
            restoring.Partition.Restore(result);
            restoring.Records++;
        }

        restoring.Position = result.IsPartitionEOF ? restoring.Target : result.Offset.Value + 1;
        if (restoring.Position < restoring.Target) return;

        var partition = restoring.Partition;
        logger.LogInformation(
            "Restored {Partition}: {Records} records, {Rows} rows, {Seconds:F1} s",
            partition.Root, restoring.Records, partition.Tasks.Sum(task => task.Rows), time.GetElapsedTime(restoring.Started).TotalSeconds);
        Leave(partition);
        done(partition);
    }

    private void LogProgress()
    {
        foreach (var restoring in _restoring.Values.Where(restoring => time.GetElapsedTime(restoring.LastLogged) >= ProgressInterval))
        {
            restoring.LastLogged = time.GetTimestamp();
            logger.LogInformation("Restoring {Partition}: at {Position} of {Target}", restoring.Partition.Root, restoring.Position, restoring.Target);
        }
    }

    private sealed class Restoring(OwnedPartition partition, long position, long target)
    {
        public OwnedPartition Partition => partition;

        public long Position { get; set; } = position;

        public long Target => target;

        public required long Started { get; init; }

        public required long LastLogged { get; set; }

        public long Records { get; set; }
    }
}

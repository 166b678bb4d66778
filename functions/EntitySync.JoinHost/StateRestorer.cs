using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Rebuilds the state of newly owned partitions, without emitting: reads each of their sources from its beginning up to the committed position
/// (progress: up to its end). Partitions go side by side, the sources of a partition one after the other. It has a client of its own while there
/// is something to restore, so that live partitions are not held up by its fetches.
/// </summary>
internal sealed class StateRestorer(ThreadClients clients, TimeSpan requestTimeout, ILogger logger, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly SourceRoutes _routes = new();
    private readonly Dictionary<OwnedPartition, PartitionRestore> _restoring = [];
    private RecordConsumer? _consumer;
    private long _lastLogged;

    public bool IsBusy => _restoring.Count > 0;

    public IEnumerable<RestoreStatus> Status => _restoring.Values.Select(restore => restore.Progress.Status());

    /// <returns>Those that have something to restore; the others can go live at once.</returns>
    public IReadOnlyList<OwnedPartition> Start(IReadOnlyList<OwnedPartition> partitions)
    {
        var sources = partitions.SelectMany(partition => partition.Sources).Where(NeedsRestore).ToList();

        // Uncommitted: what a predecessor has noted counts as soon as its last transaction is completed, and that is waited for.
        var ends = PartitionEnds.Find(clients, sources.ConvertAll(source => source.Partition), IsolationLevel.ReadUncommitted, requestTimeout);
        var found = new List<OwnedPartition>();
        foreach (var partition in partitions)
        {
            var ranges = partition.Sources.Where(NeedsRestore).OrderBy(source => source.RestoreRank)
                .Select(source => RangeOf(source, ends[source.Partition])).Where(range => range.First < range.Target).ToList();
            if (ranges.Count == 0) continue;
            found.Add(partition);
            var restore = _restoring[partition] = new PartitionRestore(partition.Lead.Partition, ranges, time);
            logger.LogInformation("Restoring {Partition}: {Sources}", partition.Lead.Partition, string.Join(", ", ranges));
            Begin(restore);
        }

        return found;
    }

    /// <summary>Takes at most <paramref name="limit"/> records; calls <paramref name="done"/> for each partition that is restored.</summary>
    /// <returns>How many records it were.</returns>
    public int Step(int limit, Action<OwnedPartition> done)
    {
        var count = 0;
        for (; count < limit && _consumer is not null; count++)
        {
            if (_consumer.Take(TimeSpan.Zero, logger) is not { } result) break;
            if (_routes.Find(result) is { } source) Take(_restoring[source.Owner], result, done);
        }

        LogProgress();
        return count;
    }

    public void Leave(OwnedPartition partition)
    {
        if (!_restoring.Remove(partition, out var restore)) return;
        if (restore.Current is { } range) End(range);
        if (_restoring.Count == 0) Dispose();
    }

    public void Dispose()
    {
        _consumer?.Dispose();
        _consumer = null;
    }

    private static bool NeedsRestore(OwnedSource source) => source.RestoresState && (!source.HasPosition || source.Committed is not null);

    private RestoreRange RangeOf(OwnedSource source, (long First, long End) range)
    {
        if (source.Committed is { } committed && committed > range.End)
        {
            logger.LogWarning("{Partition} ends at {End}, before the committed position {Committed}: was the topic made anew?", source.Partition, range.End, committed);
        }

        return new RestoreRange(source, range.First, Math.Min(source.HasPosition ? source.Committed!.Value : range.End, range.End));
    }

    private void Begin(PartitionRestore restore)
    {
        var range = restore.Current!.Value;
        _consumer ??= clients.Restorer();
        _routes.Add(range.Source);
        _consumer.IncrementalAssign([new TopicPartitionOffset(range.Source.Partition, range.First)]);
    }

    private void End(RestoreRange range)
    {
        _routes.Remove(range.Source);
        _consumer!.IncrementalUnassign([range.Source.Partition]);
    }

    /// <summary>Compaction and transactions leave gaps, so the end is known by a record past the target or by the end of the partition.</summary>
    private void Take(PartitionRestore restore, ConsumedRecord result, Action<OwnedPartition> done)
    {
        var range = restore.Current!.Value;
        if (!result.IsPartitionEOF && result.Offset.Value < range.Target)
        {
            range.Source.Restore(result);
            restore.Progress.Records++;
        }

        var position = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
        restore.MoveTo(position);
        if (position < range.Target) return;
        End(range);
        if (restore.Next()) Begin(restore);
        else Complete(restore, range.Source.Owner, done);
    }

    private void Complete(PartitionRestore restore, OwnedPartition partition, Action<OwnedPartition> done)
    {
        logger.LogInformation(
            "Restored {Partition}: {Records} records, {Rows} rows, {Seconds:F1} s, {Rate:F0} records/s",
            partition.Lead.Partition, restore.Progress.Records, partition.Tasks.Sum(task => task.Rows), restore.Progress.Seconds, restore.Progress.Status().PerSecond);
        Leave(partition);
        done(partition);
    }

    private void LogProgress()
    {
        if (!IsBusy || time.GetElapsedTime(_lastLogged) < ProgressInterval) return;
        if (_lastLogged != 0)
        {
            foreach (var status in Status)
            {
                logger.LogInformation(
                    "Restoring {Partition}: {Percent} %, {Rate:F0} records/s, {Seconds:F0} s left", status.Partition, status.Percent, status.PerSecond, status.SecondsLeft);
            }
        }

        _lastLogged = time.GetTimestamp();
    }
}

using System.Diagnostics;

namespace EntitySync.Benchmarks.Topology.InProcess;

/// <summary>One contender through all that is measured, from empty state on. Records are made in batches outside of the measured time.</summary>
internal sealed class ContenderRun(ItemData data, TopologyOptions options, IJoinContender contender, ChecksumSink sink, CancellationToken cancellationToken)
{
    private readonly ItemBatch _batch = new();
    private long _payload;
    private int _classVersion;
    private int _itemVersion;
    private int _shift;
    private int _sinceCommit;

    // At least a second's worth, and each item at least once.
    private long Updates => Math.Max(data.Items, options.LeastUpdates);

    public Figures Run()
    {
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var restored = Restore();
        var held = GC.GetTotalMemory(forceFullCollection: true) - heap + contender.NativeBytes;
        var (updates, allocated) = Update(changeClasses: false);
        var (moves, _) = Update(changeClasses: true);
        var fanout = ChangeAllClasses();
        var live = LiveWhileFanout();
        return new Figures
        {
            Restored = restored,
            OverheadBytes = (held - _payload) / (double)data.Items,
            Updates = updates,
            AllocatedPerUpdate = allocated,
            Moves = moves,
            Visits = fanout.Visits,
            Reemissions = fanout.Reemissions,
            AllocatedPerReemission = fanout.Allocated,
            LiveMedian = live.At(0.5),
            LiveP99 = live.At(0.99),
            LiveMaximum = live.At(1),
            LiveSamples = live.Count,
        };
    }

    private double Restore()
    {
        for (var number = 0; number < ItemData.Classes; number++) contender.RestoreClass(ItemData.ClassKey(number), ItemData.ClassRow(number, _classVersion));
        contender.CompleteClasses();
        var meter = new Meter();
        for (var first = 0L; first < data.Items; first += ItemBatch.Capacity)
        {
            Fill(first, data.Items);
            _payload += _batch.Bytes;
            meter.Start();
            foreach (var (key, document) in _batch.Records) contender.RestoreItem(key, document);
            meter.Stop();
        }

        meter.Start();
        contender.CompleteRestore();
        meter.Stop();

        // A task that finds no notes of its progress passes every class on once.
        while (contender.HasFanout) FanoutStep();
        return data.Items / meter.Seconds;
    }

    private (double PerSecond, double AllocatedBytes) Update(bool changeClasses)
    {
        _itemVersion++;
        var meter = new Meter();
        for (var first = 0L; first < Updates; first += ItemBatch.Capacity)
        {
            if (changeClasses && first % data.Items == 0) _shift++;
            Fill(first, Updates);
            meter.Start();
            foreach (var (key, document) in _batch.Records) contender.Update(key, document);
            contender.Commit();
            meter.Stop();
        }

        _itemVersion += (int)(Updates / data.Items);
        return (Updates / meter.Seconds, meter.AllocatedBytes / (double)Updates);
    }

    private (double Reemissions, double Visits, double Allocated) ChangeAllClasses()
    {
        var meter = new Meter();
        var emitted = sink.Emitted;
        for (var round = 0L; round < Updates; round += data.Items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            meter.Start();
            StartFanout();
            while (contender.HasFanout) FanoutStep();
            contender.Commit();
            meter.Stop();
        }

        emitted = sink.Emitted - emitted;
        return (emitted / meter.Seconds, 2 * emitted / meter.Seconds, meter.AllocatedBytes / (double)emitted);
    }

    /// <summary>
    /// Updates come at fixed times, as they do from outside, whatever the join is at. Each waits from that time until its output is in the sink.
    /// </summary>
    private Latencies LiveWhileFanout()
    {
        _itemVersion++;
        Fill(0, ItemBatch.Capacity);
        var latencies = new Latencies(options.LiveUpdatesPerSecond * 60);
        var apart = Stopwatch.Frequency / options.LiveUpdatesPerSecond;
        for (var round = 0L; round < Updates; round += data.Items)
        {
            StartFanout();
            for (var due = Stopwatch.GetTimestamp(); contender.HasFanout; FanoutStep())
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (; due <= Stopwatch.GetTimestamp(); due += apart)
                {
                    var (key, document) = _batch.Records[latencies.Count % _batch.Count];
                    contender.Update(key, document);
                    latencies.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
                    if (++_sinceCommit >= options.CommitRecords) Commit();
                }
            }
        }

        return latencies;
    }

    private void StartFanout()
    {
        _classVersion++;
        for (var number = 0; number < ItemData.Classes; number++) contender.ChangeClass(ItemData.ClassKey(number), ItemData.ClassRow(number, _classVersion));
    }

    private void FanoutStep()
    {
        contender.Fanout(options.FanoutStep);
        _sinceCommit += options.FanoutStep;
        if (_sinceCommit >= options.CommitRecords) Commit();
    }

    private void Commit()
    {
        contender.Commit();
        _sinceCommit = 0;
    }

    private void Fill(long first, long end)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _batch.Fill(data, first, (int)Math.Min(ItemBatch.Capacity, end - first), _itemVersion, _shift);
    }
}

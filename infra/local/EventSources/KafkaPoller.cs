using Confluent.Kafka;
using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;
using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>
/// One consumer of an event source's group. It polls all the time, also while a batch is being delivered, so that a slow function does not cost it its
/// partitions; reading ahead stops after one further batch.
/// </summary>
internal sealed class KafkaPoller(
    KafkaEventSettings settings, KafkaSourceCluster cluster, KafkaPartitions partitions, BatchDelivery<KafkaRecord> delivery, EventSourceCounters counters, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(10);

    private readonly BatchBuffer<KafkaRecord> _buffer = new(settings.Batch, record => record.EventBytes, time);
    private IReadOnlyList<KafkaRecord> _inDelivery = [];
    private Task? _delivery;
    private bool _paused;
    private bool _assignmentChanged;
    private long _waiting;

    /// <summary>Records of the owned partitions that are not done.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var failures = 1; !cancellationToken.IsCancellationRequested; failures++)
        {
            try
            {
                await ConsumeAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException exception)
            {
                counters.Error(exception.Error.Reason);
                logger.LogError(exception, "{Source}: the consumer failed and is started again", settings.Batch.Id);
                await Task.Delay(Backoff.Default.Delay(failures), time, CancellationToken.None);
            }
            catch (Exception exception)
            {
                counters.Error(exception.Message);
                logger.LogCritical(exception, "{Source}: stopped by an error of its own", settings.Batch.Id);
                throw;
            }
        }
    }

    private async Task ConsumeAsync(CancellationToken cancellationToken)
    {
        using var consumer = Build();
        consumer.Subscribe(settings.Topic);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Poll(consumer);
                if (_delivery is { IsCompleted: true }) await FinishAsync(consumer);
                if (_delivery is null && _buffer.IsDue)
                {
                    _inDelivery = _buffer.Take();
                    _delivery = Task.Run(() => delivery.RunAsync(_inDelivery, cancellationToken), CancellationToken.None);
                }

                PauseOrResume(consumer);
                CountWaiting(consumer);
            }
        }
        finally
        {
            consumer.Close();
            partitions.Revoke([.. partitions.Owned]);
            _buffer.RemoveAll(_ => true);
            // Nothing is owned now, so the delivery ends with its current invocation; a new consumer must not run beside it.
            if (_delivery is not null) await Task.WhenAny(_delivery);
            _delivery = null;
            _paused = false;
        }
    }

    private void Poll(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            if (consumer.Consume(_delivery is null && _buffer.Count == 0 ? Idle : Busy) is not { } first) return;
            _buffer.Add(Convert(first));
            // What librdkafka has fetched already costs no wait.
            while (!_buffer.IsFull && consumer.Consume(TimeSpan.Zero) is { } next) _buffer.Add(Convert(next));
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            counters.Error(exception.Error.Reason);
            logger.LogWarning("{Source}: {Reason}", settings.Batch.Id, exception.Error.Reason);
        }
    }

    private async Task FinishAsync(IConsumer<byte[]?, byte[]?> consumer)
    {
        var finished = _delivery!;
        _delivery = null;
        await finished;
        partitions.Done(_inDelivery);
        Commit(consumer);
    }

    private void Commit(IConsumer<byte[]?, byte[]?> consumer)
    {
        var offsets = partitions.Uncommitted();
        if (offsets.Count == 0) return;
        try
        {
            consumer.Commit(offsets);
            partitions.Committed();
        }
        catch (KafkaException exception) when (!exception.Error.IsFatal)
        {
            // A rebalance under way: the next commit says the same again; if the partition went, its new owner repeats some records.
            logger.LogInformation("{Source}: offsets are committed later: {Reason}", settings.Batch.Id, exception.Error.Reason);
        }
    }

    private void PauseOrResume(IConsumer<byte[]?, byte[]?> consumer)
    {
        var pause = _delivery is not null && _buffer.IsFull;
        if (pause == _paused && !_assignmentChanged) return;
        // After a rebalance some partitions may be paused and new ones not: say it again for all.
        if (pause) consumer.Pause(consumer.Assignment);
        else consumer.Resume(consumer.Assignment);
        _paused = pause;
        _assignmentChanged = false;
    }

    private void CountWaiting(IConsumer<byte[]?, byte[]?> consumer)
    {
        var waiting = 0L;
        foreach (var partition in partitions.Owned)
        {
            var high = consumer.GetWatermarkOffsets(partition).High;
            var next = partitions.NextOffset(partition) ?? FirstWaiting(partition);
            if (high.Value >= 0 && next is { } offset) waiting += Math.Max(0, high.Value - offset);
        }

        Volatile.Write(ref _waiting, waiting);
    }

    private long? FirstWaiting(TopicPartition partition) =>
        (_inDelivery.FirstOrDefault(record => record.Position.Partition == partition.Partition.Value) ?? _buffer.FirstOrDefault(record => record.Position.Partition == partition.Partition.Value))
        ?.Position.Offset;

    private IConsumer<byte[]?, byte[]?> Build() => new ConsumerBuilder<byte[]?, byte[]?>(Config())
        .SetPartitionsAssignedHandler((_, assigned) =>
        {
            partitions.Assign(assigned);
            _assignmentChanged = true;
        })
        .SetPartitionsRevokedHandler((consumer, revoked) => Release(consumer, revoked.Select(partition => partition.TopicPartition), commit: true))
        .SetPartitionsLostHandler((consumer, lost) => Release(consumer, lost.Select(partition => partition.TopicPartition), commit: false))
        .SetLogHandler((_, message) => logger.LogDebug("{Source}: {Message}", settings.Batch.Id, message.Message))
        .Build(cluster.Connection, error => counters.Error(error.Reason));

    private ConsumerConfig Config()
    {
        var config = KafkaClientConfig.Consumer(cluster.Connection, settings.ConsumerGroupId);
        config.ClientId = settings.Batch.Id;
        config.AutoOffsetReset = settings.FromBeginning ? AutoOffsetReset.Earliest : AutoOffsetReset.Latest;
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        // A member learns of a rebalance with its next heartbeat; seconds would be felt on one machine.
        config.HeartbeatIntervalMs = 200;
        config.SessionTimeoutMs = 6_000;
        config.FetchWaitMaxMs = 100;
        config.QueuedMaxMessagesKbytes = 16 * 1024;
        return config;
    }

    private void Release(IConsumer<byte[]?, byte[]?> consumer, IEnumerable<TopicPartition> released, bool commit)
    {
        if (commit) Commit(consumer);
        var gone = released.ToHashSet();
        partitions.Revoke(gone);
        _buffer.RemoveAll(record => gone.Contains(new TopicPartition(record.Position.Topic, record.Position.Partition)));
    }

    private static KafkaRecord Convert(ConsumeResult<byte[]?, byte[]?> result) => new(
        new Position(result.Topic, result.Partition.Value, result.Offset.Value),
        result.Message.Timestamp.UnixTimestampMs,
        result.Message.Timestamp.Type == TimestampType.LogAppendTime,
        result.Message.Key,
        result.Message.Value,
        [.. result.Message.Headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes()))]);
}

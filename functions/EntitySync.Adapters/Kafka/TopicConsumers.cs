using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EntitySync.Adapters.Kafka;

/// <summary>
/// Consumers that are assigned by hand and never join a group or commit, kept between calls: a new one costs connections and metadata. At most so many are in use at
/// once, further callers wait. What each fetches ahead is bounded, so that memory is too.
/// </summary>
internal sealed class TopicConsumers(KafkaConnection connection, ILogger logger, int most) : IDisposable
{

    private const int FetchBytes = 1024 * 1024;
    private const int QueuedKilobytes = 4 * 1024;
    private const int FetchWaitMs = 50; // the end is wanted soon, not the next record

    private readonly ConcurrentBag<(IConsumer<byte[]?, byte[]?> Consumer, int Generation)> _idle = [];
    private readonly SemaphoreSlim _free = new(most);
    private volatile bool _isDisposed;

    /// <summary>Runs <paramref name="work"/>, which may block, with a consumer of its own, on another thread.</summary>
    public async Task<T> UseAsync<T>(Func<IConsumer<byte[]?, byte[]?>, T> work, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Use(work), cancellationToken);
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_idle.TryTake(out var idle)) idle.Consumer.Dispose();
    }

    private T Use<T>(Func<IConsumer<byte[]?, byte[]?>, T> work)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var (consumer, generation) = Take();
        var isGood = false;
        try
        {
            var result = work(consumer);
            isGood = true;
            return result;
        }
        finally
        {
            // One that has failed may go on failing; a new one costs little in comparison.
            if (isGood && !_isDisposed) _idle.Add((consumer, generation));
            else consumer.Dispose();
        }
    }

    private (IConsumer<byte[]?, byte[]?> Consumer, int Generation) Take()
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.Generation == connection.Generation)
            {
                connection.GiveToken(idle.Consumer); // nobody has polled it meanwhile, so it could not ask for one
                return idle;
            }

            idle.Consumer.Dispose();
        }

        var generation = connection.Generation;
        return (Create(), generation);
    }

    private IConsumer<byte[]?, byte[]?> Create()
    {
        var config = KafkaClientConfig.Consumer(connection, KafkaTopicReader.GroupId);
        config.EnablePartitionEof = true;
        config.FetchWaitMaxMs = FetchWaitMs;
        config.MaxPartitionFetchBytes = FetchBytes;
        config.QueuedMaxMessagesKbytes = QueuedKilobytes;
        return new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, line) => KafkaLog.Write(logger, line))
            .Build(connection, error => KafkaLog.Write(logger, error));
    }
}

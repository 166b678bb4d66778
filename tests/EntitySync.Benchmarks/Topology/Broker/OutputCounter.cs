using System.Diagnostics;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>Counts the committed records of a topic as they come, on a thread of its own, and notes when a certain one is there.</summary>
internal sealed class OutputCounter : IDisposable
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(100);

    private readonly string _topic;
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private long _count;
    private long _target = long.MaxValue;
    private TaskCompletionSource<long> _reached = new();

    public OutputCounter(Cluster cluster, string topic)
    {
        _topic = topic;
        var config = KafkaClientConfig.Consumer(cluster.Connection, cluster.Prefix + "-counter");
        config.ConsumeResultFields = "none";
        if (cluster.IsEmbedded) config.FetchWaitMaxMs = (int)Cluster.EmbeddedFetchWait.TotalMilliseconds;
        _consumer = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler((_, _) => { }).Build(cluster.Connection, _ => { });
        _consumer.Assign(Enumerable.Range(0, Cluster.Partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        _thread = new Thread(Count) { IsBackground = true, Name = "count " + topic };
        _thread.Start();
    }

    public long Seen => Interlocked.Read(ref _count);

    /// <returns>When record number <paramref name="target"/> came (<see cref="Stopwatch.GetTimestamp"/>).</returns>
    /// <exception cref="BenchmarkException">Nothing came for a minute.</exception>
    public async Task<long> WaitForAsync(long target, Func<string?> failure, CancellationToken cancellationToken)
    {
        Task<long> reached;
        lock (_gate)
        {
            if (_count >= target) return Stopwatch.GetTimestamp();
            _target = target;
            _reached = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            reached = _reached.Task;
        }

        var (last, since) = (Seen, Stopwatch.GetTimestamp());
        while (await Task.WhenAny(reached, Task.Delay(WaitStep, cancellationToken)) != reached)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (failure() is { } reason) throw new BenchmarkException(reason);
            if (Seen != last) (last, since) = (Seen, Stopwatch.GetTimestamp());
            else if (Stopwatch.GetElapsedTime(since) > LongestSilence)
                throw new BenchmarkException($"{_topic}: {last:N0} of {target:N0} records, and no more for {LongestSilence.TotalSeconds:0} s.");
        }

        return await reached;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void Count()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(WaitStep) is null) continue;
            }
            catch (ConsumeException)
            {
                // The wait ends with a message of its own when no records come.
                continue;
            }

            lock (_gate)
            {
                if (++_count == _target) _reached.SetResult(Stopwatch.GetTimestamp());
            }
        }
    }
}

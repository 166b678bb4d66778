using Confluent.Kafka;
using EntitySync.Adapters.Kafka;

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>
/// Consume, produce, no work: the limit for anything built on the same client. Plain: the client commits positions by itself and nobody waits for an
/// acknowledgement. With transactions: positions in the transaction, which ends as often as the container's do.
/// </summary>
internal sealed class CopyContender(Cluster cluster, bool isTransactional)
    : BrokerContender(cluster, isTransactional ? "bare copy, transactions" : "bare copy", isTransactional ? "copy-transactions" : "copy")
{
    private const int Threads = 2;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private volatile string? _failure;

    public override string? Failure => _failure;

    public override Task CreateTopicsAsync(CancellationToken cancellationToken) => Cluster.CreateTopicsAsync([(Items, true), (Output, false)], cancellationToken);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        var group = Cluster.NewGroup(isTransactional ? "copy-transactions" : "copy");
        for (var number = 0; number < Threads; number++)
        {
            var own = number;
            var thread = new Thread(() => Run(group, own)) { IsBackground = true, Name = $"{Name} {own}" };
            _threads.Add(thread);
            thread.Start();
        }

        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _stop.Cancel();
        foreach (var thread in _threads) thread.Join();
        _stop.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Run(string group, int number)
    {
        try
        {
            using var loop = new CopyLoop(Cluster, group, isTransactional ? $"{group}-{number}" : null, Items, Output);
            loop.Assign(Enumerable.Range(0, Cluster.Partitions).Where(partition => partition % Threads == number));
            while (!_stop.IsCancellationRequested) loop.Step();
        }
        catch (KafkaException failure)
        {
            _failure = $"{Name}: {KafkaErrors.Describe(failure.Error)}";
        }
    }
}

namespace EntitySync.Benchmarks.Topology.Broker;

/// <summary>Something that reads items and writes one output for each, with two threads and topics of its own.</summary>
internal abstract class BrokerContender(Cluster cluster, string name, string topicName) : IAsyncDisposable
{
    public string Name => name;

    public string Items { get; } = $"{cluster.Prefix}-{topicName}-items";

    public string Output { get; } = $"{cluster.Prefix}-{topicName}-items-merged";

    /// <summary>Null when it joins nothing.</summary>
    public virtual string? Classes => null;

    /// <summary>Why it cannot go on; null while it can.</summary>
    public abstract string? Failure { get; }

    protected Cluster Cluster => cluster;

    public abstract Task CreateTopicsAsync(CancellationToken cancellationToken);

    /// <summary>Ready to take items when the task is done.</summary>
    public abstract Task StartAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}

using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Reads the partitions of some roles that go with owned lead partitions. The group protocol does not promise to give partition p of two
/// topics to one member, so they are assigned by hand wherever their lead is; their positions are committed under the group.
/// </summary>
internal sealed class SourceFollower(ThreadClients clients, ILogger logger, params SourceRole[] roles) : IDisposable
{
    private readonly SourceRoutes _routes = new();
    private RecordConsumer? _consumer;

    public void Follow(OwnedPartition partition)
    {
        foreach (var source in SourcesOf(partition))
        {
            _consumer ??= clients.Follower();
            _routes.Add(source);
            _consumer.IncrementalAssign([new TopicPartitionOffset(source.Partition, source.StartOffset)]);
        }
    }

    public void Leave(OwnedPartition partition)
    {
        foreach (var source in SourcesOf(partition))
        {
            if (_routes.Remove(source)) _consumer!.IncrementalUnassign([source.Partition]);
        }
    }

    /// <summary>Processes at most <paramref name="limit"/> waiting records.</summary>
    /// <returns>How many it were.</returns>
    public int Step(int limit)
    {
        if (_consumer is null) return 0;
        for (var count = 0; count < limit; count++)
        {
            var result = _consumer.Take(TimeSpan.Zero, logger);
            if (result is null) return count;
            _routes.Find(result)?.Process(result);
        }

        return limit;
    }

    /// <returns>End of the partition as of the last fetch; null when it is not known.</returns>
    public long? EndOf(OwnedSource source) => _consumer.CachedEnd(source.Partition);

    public void Dispose() => _consumer?.Dispose();

    private IEnumerable<OwnedSource> SourcesOf(OwnedPartition partition) =>
        partition.Sources.Where(source => !source.IsLead && roles.Contains(source.Role));
}

using Confluent.Kafka;

namespace EntitySync.JoinHost;

/// <summary>
/// Reads the replay partitions that go with the owned root partitions. The group protocol does not promise to give partition p of two
/// topics to one member, so replay partitions are assigned by hand wherever their root partition is; their positions are committed
/// under the group, by the group's member.
/// </summary>
internal sealed class ReplayFollower(ThreadClients clients) : IDisposable
{
    private readonly IConsumer<byte[]?, byte[]?> _consumer = clients.Follower(tellsEnds: false);
    private readonly Dictionary<TopicPartition, OwnedPartition> _followed = [];

    public void Follow(OwnedPartition partition)
    {
        foreach (var replay in partition.ReplayPartitions)
        {
            _followed.Add(replay, partition);
            _consumer.IncrementalAssign([new TopicPartitionOffset(replay, partition.Position(replay).Committed is { } next ? next : Offset.Beginning)]);
        }
    }

    public void Leave(OwnedPartition partition)
    {
        foreach (var replay in partition.ReplayPartitions)
        {
            if (_followed.Remove(replay)) _consumer.IncrementalUnassign([replay]);
        }
    }

    /// <summary>Processes at most <paramref name="limit"/> waiting records.</summary>
    /// <returns>How many it were.</returns>
    public int Step(int limit)
    {
        for (var count = 0; count < limit; count++)
        {
            var result = _consumer.Consume(TimeSpan.Zero);
            if (result is null) return count;
            if (_followed.TryGetValue(result.TopicPartition, out var partition)) partition.ProcessReplay(result);
        }

        return limit;
    }

    public void Dispose() => _consumer.Dispose();
}

using Confluent.Kafka;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Feeds the broadcast tables of one thread: reads all partitions of the related topics from their beginning, first up to the end they had when
/// root partitions came, then on. It starts with the first root partition and goes on until the session ends. Nothing of it is committed.
/// </summary>
internal sealed class BroadcastFollower(JoinThreadContext context, ThreadClients clients, IReadOnlyDictionary<string, int> partitionCounts) : IDisposable
{
    private readonly List<BroadcastFeed> _feeds = [];
    private readonly Dictionary<string, List<(BroadcastFeed Feed, int Source)>> _byTopic = new(StringComparer.Ordinal);
    private RecordConsumer? _consumer;

    public bool IsRestoring => _feeds.Exists(feed => !feed.IsReady);

    public IEnumerable<RestoreStatus> Status => _feeds.Where(feed => !feed.IsReady).Select(feed => feed.Progress.Status());

    /// <returns>The tables of the part once they are complete; null before.</returns>
    public BroadcastTables? ReadyTables(SubTopology part) => _feeds.Find(feed => ReferenceEquals(feed.Part, part)) is { IsReady: true } feed ? feed.Tables : null;

    /// <summary>
    /// Root partitions have come: their last owner may have passed on rows that this thread, however long it has run, has not read yet, and no output may go
    /// back behind them. So the tables are not ready before they have reached the ends of this moment.
    /// </summary>
    public void CatchUp()
    {
        if (_consumer is null)
        {
            foreach (var part in context.Topologies.SelectMany(topology => topology.SubTopologies).Where(part => part.HasTables)) Add(new BroadcastFeed(part, partitionCounts, context));
        }

        var partitions = _byTopic.Keys.SelectMany(topic => Enumerable.Range(0, partitionCounts[topic]).Select(partition => new TopicPartition(topic, partition))).ToList();
        var ends = PartitionEnds.Find(clients, partitions, IsolationLevel.ReadCommitted, context.Options.RequestTimeout);
        foreach (var (partition, range) in ends)
        {
            foreach (var (feed, _) in _byTopic[partition.Topic]) feed.Expect(partition, range.First, range.End);
        }

        foreach (var feed in _feeds) feed.CompleteWhenDone();
        if (_consumer is not null) return;
        _consumer = clients.Restorer();
        _consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
    }

    /// <summary>Takes at most <paramref name="limit"/> records.</summary>
    /// <returns>How many it were.</returns>
    public int Step(int limit)
    {
        if (_consumer is null) return 0;
        var count = 0;
        while (count < limit && _consumer.Take(TimeSpan.Zero, context.Logger) is { } result)
        {
            var readers = _byTopic[result.Topic];
            if (!result.IsPartitionEOF)
            {
                count++;
                foreach (var (feed, source) in readers) feed.Take(result, source);
            }

            foreach (var (feed, _) in readers) feed.OnPassed(result);
        }

        return count;
    }

    public void Dispose() => _consumer?.Dispose();

    private void Add(BroadcastFeed feed)
    {
        _feeds.Add(feed);
        var sources = feed.Part.Sources;
        for (var index = 0; index < sources.Length; index++)
        {
            if (!sources[index].IsWhole) continue;
            if (!_byTopic.TryGetValue(sources[index].Topic, out var readers)) _byTopic[sources[index].Topic] = readers = [];
            readers.Add((feed, index));
        }
    }
}

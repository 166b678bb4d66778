using Confluent.Kafka;
using EntitySync.Core.Joins;
using Microsoft.Extensions.Logging;

namespace EntitySync.JoinHost;

/// <summary>
/// Holds the threads of the container back until every entity's definition is known to go on with the state that is there. Asked once, by the first thread that
/// comes: the definitions stay the same as long as the process runs, and a host with others is held back by what this one notes.
/// </summary>
internal sealed class StateGuard(IReadOnlyList<JoinTopology> topologies)
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new();
    private bool _isPassed;

    /// <summary>Reads the notes of all entities; returns also when <paramref name="stop"/> has been asked for, without result.</summary>
    /// <param name="clients">Of the thread that asks.</param>
    /// <param name="member">Knows the group's positions; need not have joined.</param>
    /// <param name="partitionCounts">Of all topics that there are.</param>
    /// <param name="context">Of the thread that asks.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="Core.Errors.InvalidRequestException">A definition cannot go on with the state; says why, and the way out.</exception>
    public void Check(ThreadClients clients, RecordConsumer member, IReadOnlyDictionary<string, int> partitionCounts, JoinThreadContext context, CancellationToken stop)
    {
        while (!Monitor.TryEnter(_gate, Wait))
        {
            if (stop.IsCancellationRequested) return;
            context.ShowSign();
        }

        try
        {
            if (_isPassed) return;
            var checks = topologies.Select(topology => new StateCheck(topology)).ToList();
            if (!ReadNotes(checks, clients, partitionCounts, context, stop)) return;
            var remains = new StateRemains(clients, member, partitionCounts, context.Options.RequestTimeout);
            foreach (var check in checks) check.Decide(remains);
            _isPassed = true;
            foreach (var check in checks.Where(check => !check.IsNoted))
                context.Logger.LogWarning("The definition of {Entity} is too large for a note of its shape: a change that its state cannot follow will not be noticed", check.Entity);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <returns>False when it was stopped before.</returns>
    private static bool ReadNotes(List<StateCheck> checks, ThreadClients clients, IReadOnlyDictionary<string, int> partitionCounts, JoinThreadContext context, CancellationToken stop)
    {
        var takers = checks.SelectMany(check => check.Topics.Select(topic => (topic, check))).ToDictionary(entry => entry.topic, entry => entry.check, StringComparer.Ordinal);
        var partitions = takers.Keys.SelectMany(topic => StateRemains.PartitionsOf(topic, partitionCounts)).ToList();

        // Uncommitted: what a predecessor has noted counts as soon as its last transaction is completed, and that is waited for.
        var ranges = PartitionEnds.Find(clients, partitions, IsolationLevel.ReadUncommitted, context.Options.RequestTimeout);
        var open = ranges.Where(range => range.Value.First < range.Value.End).ToDictionary(range => range.Key, range => range.Value.End);
        if (open.Count == 0) return true;
        using var reader = clients.Restorer();
        reader.IncrementalAssign(open.Keys.Select(partition => new TopicPartitionOffset(partition, ranges[partition].First)));
        while (open.Count > 0)
        {
            if (stop.IsCancellationRequested) return false;
            context.ShowSign();
            if (reader.Take(Wait, context.Logger) is not { } result || !open.TryGetValue(result.TopicPartition, out var end)) continue;
            if (!result.IsPartitionEOF) takers[result.Topic].Take(result.Topic, result.ToLogRecord(source: 0));
            if (result.Offset.Value + (result.IsPartitionEOF ? 0 : 1) >= end) open.Remove(result.TopicPartition);
        }

        return true;
    }

    /// <summary>Asks the cluster; only when a definition has changed.</summary>
    private sealed class StateRemains(ThreadClients clients, RecordConsumer member, IReadOnlyDictionary<string, int> partitionCounts, TimeSpan timeout) : IStateRemains
    {
        public static IEnumerable<TopicPartition> PartitionsOf(string topic, IReadOnlyDictionary<string, int> partitionCounts) =>
            Enumerable.Range(0, partitionCounts.GetValueOrDefault(topic)).Select(partition => new TopicPartition(topic, partition));

        public bool HoldsRecords(string topic) =>
            PartitionEnds.Find(clients, [.. PartitionsOf(topic, partitionCounts)], IsolationLevel.ReadUncommitted, timeout).Values.Any(range => range.First < range.End);

        public bool HasPosition(string topic) => member.Committed(PartitionsOf(topic, partitionCounts), timeout).Any(committed => committed.Offset.Value >= 0);
    }
}

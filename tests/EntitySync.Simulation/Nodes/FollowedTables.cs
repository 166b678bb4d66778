using EntitySync.Core.Joins;
using EntitySync.Simulation.Log;

namespace EntitySync.Simulation.Nodes;

/// <summary>The broadcast tables of one part on one node, and how far it has read their topics.</summary>
public sealed class FollowedTables(SubTopology part, BroadcastTables tables, SimulatedLog log)
{
    private readonly Dictionary<(int Source, int Partition), long> _next =
        (from source in Enumerable.Range(0, part.Sources.Length)
         where part.Sources[source].IsWhole
         from partition in log.Topic(part.Sources[source].Topic)
         select (source, partition.Index)).ToDictionary(place => place, _ => 0L);

    public BroadcastTables Tables => tables;

    /// <summary>Partitions that have a record to be read, and that record.</summary>
    public IEnumerable<(int Source, StoredRecord Record)> Readable(SimulatedLog from)
    {
        foreach (var ((source, partition), next) in _next)
        {
            if (from.Partition(part.Sources[source].Topic, partition).Read(next) is { } record) yield return (source, record);
        }
    }

    public void Follow(int source, StoredRecord record)
    {
        Borrowed.Lend(record, source, tables.Process);
        _next[(source, record.Position.Partition)] = record.Position.Offset + 1;
    }

    /// <summary>Passes over what is no record: the ends of transactions, and what was aborted.</summary>
    public void SkipToEnd(SimulatedLog from)
    {
        foreach (var place in _next.Keys.ToList()) _next[place] = from.Partition(part.Sources[place.Source].Topic, place.Partition).LastStable;
    }

    /// <summary>Null when the topic is none of its own.</summary>
    public long? NextOf(string topic, int partition)
    {
        foreach (var (place, next) in _next)
        {
            if (place.Partition == partition && part.Sources[place.Source].Topic == topic) return next;
        }

        return null;
    }
}

using EntitySync.Core.Joins;
using EntitySync.Core.State;
using EntitySync.Simulation.Log;

namespace EntitySync.Simulation.Nodes;

/// <summary>One life of a task on a node: from the assignment of its lead partition until it is revoked or the node is gone.</summary>
public sealed class NodeTask : IEmissionSink, IDisposable
{
    private readonly SimulatedNode _node;
    private readonly long[] _next;

    /// <param name="node">Where it lives.</param>
    /// <param name="part">What it runs.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="life">Number of this life, unlike any other's.</param>
    public NodeTask(SimulatedNode node, SubTopology part, int partition, int life)
    {
        _node = node;
        Part = part;
        Partition = partition;
        Life = life;
        _next = [.. part.Sources.Select(source => source.IsWhole ? 0 : node.Log.Committed(source.Topic, partition))];
    }

    public SubTopology Part { get; }

    public int Partition { get; }

    public int Life { get; }

    /// <summary>Null until its state is restored.</summary>
    public JoinTask? Task { get; private set; }

    public string Name => $"{Part.Name}-{Partition}";

    /// <summary>Positions that a commit commits.</summary>
    public IEnumerable<Position> Positions => Part.Sources
        .Select((source, index) => (source, index))
        .Where(entry => IsFollowed(entry.source))
        .Select(entry => new Position(entry.source.Topic, Partition, _next[entry.index]));

    public long NextOf(int source) => _next[source];

    /// <summary>Sources that have a record to be read, and that record.</summary>
    public IEnumerable<(int Source, StoredRecord Record)> Readable()
    {
        if (Task is null) yield break;
        for (var source = 0; source < _next.Length; source++)
        {
            if (source == SubTopology.LeadIndex && Task.IsFull) continue;
            if (IsFollowed(Part.Sources[source]) && _node.Log.Partition(Part.Sources[source].Topic, Partition).Read(_next[source]) is { } record)
                yield return (source, record);
        }
    }

    /// <summary>
    /// Restores all at once. Progress is read to the end of all that was ever written, not to the last stable offset: a transaction that a predecessor left
    /// open would hide what a second predecessor has committed behind it.
    /// </summary>
    /// <returns>False when an open transaction is in the way: to be tried again later.</returns>
    public bool TryRestore()
    {
        var progress = Part.IndexOf(SourceRole.Progress);
        if (progress >= 0 && _node.Log.Partition(Part.Sources[progress].Topic, Partition) is var own && own.LastStable < own.End) return false;
        var task = JoinTask.Create(_node.World.Topology, Part, Partition, _node.Ports(this), _node.TablesOf(Part));
        try
        {
            foreach (var role in (SourceRole[])[SourceRole.Progress, SourceRole.Answers, SourceRole.Related, SourceRole.Rows, SourceRole.Questions, SourceRole.Root]) Restore(task, role);
            task.CompleteRestore();
        }
        catch
        {
            task.Dispose();
            throw;
        }

        Task = task;
        return true;
    }

    public void Process(int source, StoredRecord record)
    {
        Borrowed.Lend(record, source, Task!.Process);
        _next[source] = record.Position.Offset + 1;
    }

    public void Emit(in Emission emission)
    {
        var record = emission.ToOutgoingRecord();
        _node.Send(this, record.Topic, null, record.Key?.ToArray(), record.Value?.ToArray(), record.Headers);
    }

    public void Send(in InternalRecord record) =>
        _node.Send(this, record.Topic, record.Partition, record.Key.ToArray(), record.IsTombstone ? null : record.Value.ToArray(), []);

    public void DeadLetter(OutgoingRecord record) => _node.Send(
        this, record.Topic, null, record.Key?.ToArray(), record.Value?.ToArray(), [.. record.Headers.Select(header => new RecordHeader(header.Name, header.Value.ToArray()))]);

    public void Dispose() => Task?.Dispose();

    private static bool IsFollowed(JoinSource source) => source.Role is not (SourceRole.Broadcast or SourceRole.Progress);

    private void Restore(JoinTask task, SourceRole role)
    {
        for (var source = 0; source < Part.Sources.Length; source++)
        {
            if (Part.Sources[source].Role != role || !Part.Sources[source].RestoresState) continue;
            var partition = _node.Log.Partition(Part.Sources[source].Topic, Partition);
            var target = role == SourceRole.Progress ? partition.End : _next[source];
            foreach (var record in partition.ReadAll().TakeWhile(record => record.Position.Offset < target).ToList()) Borrowed.Lend(record, source, task.Restore);
        }
    }
}

using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Joins;

/// <summary>What the operators of one task share.</summary>
internal sealed class TaskContext(JoinTopology topology, TaskPorts ports, int partition)
{
    private static readonly TimeSpan DeadLetterLogInterval = TimeSpan.FromSeconds(10);

    private readonly OccasionalWarning _deadLetters = new(ports.Logger, ports.Time, DeadLetterLogInterval);

    public JoinTopology Topology => topology;

    public int Partition => partition;

    public IEmissionSink Sink => ports.Sink;

    public JoinCounts Counts => ports.Counts;

    public Position PositionOf(in LogRecord record) => new(topology.Sources[record.Source].Topic, record.Partition, record.Offset);

    public void DeadLetter(in LogRecord record, string reason)
    {
        var position = PositionOf(record);
        Counts.DeadLettered++;
        Sink.DeadLetter(State.DeadLetter.For(topology.Definition, JoinTopology.Stage, position, reason, record.Key, record.Value, record.Headers));
        _deadLetters.Raise(bad => $"{bad.position} goes to {bad.DeadLetterTopic}: {bad.reason}", (position, topology.DeadLetterTopic, reason));
    }
}

/// <summary>What a task needs from outside.</summary>
/// <param name="Partitions">Partition count of the root topic; it tells which keys belong to the task.</param>
/// <param name="Counts">May be shared by the tasks of one thread.</param>
public sealed record TaskPorts(int Partitions, IEmissionSink Sink, JoinCounts Counts, ILogger Logger, TimeProvider Time);

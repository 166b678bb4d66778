using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Core.Joins;

/// <summary>What the operators of one task share.</summary>
internal sealed class TaskContext(JoinTopology topology, SubTopology part, TaskPorts ports, int partition)
{
    private static readonly TimeSpan DeadLetterLogInterval = TimeSpan.FromSeconds(10);

    private readonly OccasionalWarning _deadLetters = new(ports.Logger, ports.Time, DeadLetterLogInterval);

    public JoinTopology Topology => topology;

    public SubTopology Part => part;

    /// <summary>The join that the part belongs to.</summary>
    public JoinNode Node => part.Node;

    public int Partition => partition;

    public IEmissionSink Sink => ports.Sink;

    public JoinCounts Counts => ports.Counts;

    public TimeProvider Time => ports.Time;

    public ILogger Logger => ports.Logger;

    public JoinOptions Options => ports.Options;

    /// <summary>Partition count of a topic of the topology.</summary>
    public int PartitionsOf(string topic) => ports.Partitions[topic];

    /// <summary>Of a rekeyed root: which row each entity is made of; else null.</summary>
    public RootOwners? Owners { get; set; }

    /// <summary>
    /// Of an entity's row in the root's own topic. <paramref name="offset"/> is that of a record of the lead: of a rekeyed root it stands for the entity's
    /// tombstone, which has no row.
    /// </summary>
    public Position RootPositionOf(ReadOnlySpan<byte> key, long offset) => Owners?.PositionOf(key) ?? new Position(part.Lead.Topic, partition, offset);

    public Position PositionOf(in LogRecord record) => new(part.Sources[record.Source].Topic, record.Partition, record.Offset);

    /// <summary>For records that other tasks write to the lead's partitions.</summary>
    /// <exception cref="InvalidRequestException">The key belongs to another partition.</exception>
    public void CheckOwnPartition(in LogRecord record, ReadOnlySpan<byte> key, string what)
    {
        var partitions = PartitionsOf(part.Lead.Topic);
        var own = Murmur2Partitioner.PartitionFor(key, partitions);
        if (own == record.Partition) return;
        throw new InvalidRequestException(
            $"{PositionOf(record)}: {what} {Reasons.Quote(key)} belongs to partition {own} of {partitions}. Only EntitySync may write internal topics, and they must keep their partition counts.");
    }

    public void DeadLetter(in LogRecord record, string reason) =>
        DeadLetter(PositionOf(record), reason, record.Key, record.Value, record.Headers);

    public void DeadLetter(Position position, string reason, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, IReadOnlyList<RecordHeader> headers)
    {
        Counts.DeadLettered++;
        Sink.DeadLetter(State.DeadLetter.For(topology.Definition, JoinTopology.Stage, position, reason, key, value, headers));
        _deadLetters.Raise(bad => $"{bad.position} goes to {bad.DeadLetterTopic}: {bad.reason}", (position, topology.DeadLetterTopic, reason));
    }
}

/// <summary>What a task needs from outside.</summary>
/// <param name="Partitions">Partition count of every topic of the topology.</param>
/// <param name="Sink">Where it writes.</param>
/// <param name="Counts">May be shared by the tasks of one thread.</param>
/// <param name="Logger">For what an operator must know.</param>
/// <param name="Time">For rates and for the spacing of log lines; no result depends on it.</param>
public sealed record TaskPorts(IReadOnlyDictionary<string, int> Partitions, IEmissionSink Sink, JoinCounts Counts, ILogger Logger, TimeProvider Time)
{
    public JoinOptions Options { get; init; } = new();
}

/// <summary>Bounds and switches of a topology.</summary>
public sealed record JoinOptions
{
    /// <summary>Default of <see cref="AnswerBytes"/>; also the largest row that a nested join sends on.</summary>
    public const int DefaultAnswerBytes = 900 * 1024;

    /// <summary>A fan-out visit emits only when the output differs from the key's last one. Off: every visit emits, but for those that a row changed which loses a pick before and after.</summary>
    public bool SuppressEqualOutput { get; init; } = true;

    /// <summary>Bytes of related rows that one broadcast table may hold in one thread; beyond it the topology stops with the advice to use shuffle.</summary>
    public long BroadcastBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>Largest related row, in bytes; a larger one goes to the dead-letter topic and the one before stays.</summary>
    public int RelatedRowBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Largest answer of a shuffle relation, in bytes: all rows of one join value together. Beyond it the entities that refer to the value are rejected with the
    /// reason. Must leave room for key and record head below the answers topic's <c>max.message.bytes</c>, 1 MiB by default.
    /// </summary>
    public int AnswerBytes { get; init; } = DefaultAnswerBytes;

    /// <summary>Events of a stream root that may wait for answers in one task; beyond it the root topic is not read until half of them have left.</summary>
    public int WaitingEvents { get; init; } = 10_000;

    /// <summary>Bytes of events of a stream root that may wait for answers in one task; beyond it the root topic is not read until half of them are gone.</summary>
    public long WaitingEventBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Values of a shuffle relation whose rows a stream root's task goes on following though no event waits for them: the last used ones.</summary>
    public int RecentValues { get; init; } = 10_000;

    /// <summary>Bytes of answers that a stream root's task holds of one shuffle relation, unless waiting events need more.</summary>
    public long RecentValueBytes { get; init; } = 64L * 1024 * 1024;
}

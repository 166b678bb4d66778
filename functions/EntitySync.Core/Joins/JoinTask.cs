using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// One partition of a topology: takes records one by one, owns its state, emits through its sink. Single-threaded and synchronous:
/// when <see cref="Process"/> returns, everything the record leads to has been given to the sink.
/// </summary>
public sealed class JoinTask : IDisposable
{
    private static readonly TimeSpan MisplacedKeyLogInterval = TimeSpan.FromMinutes(1);

    private readonly TaskContext _context;
    private readonly IStateStore _store;
    private readonly int _partitions;
    private readonly OccasionalWarning _misplaced;
    private readonly RootTableUpdate? _rootTable;
    private readonly RootStreamPass? _rootStream;
    private readonly ReplayJoin _replay;

    /// <param name="topology">What to do.</param>
    /// <param name="partition">The partition of every source that this task reads.</param>
    /// <param name="store">Empty state; the task owns it.</param>
    /// <param name="ports">Sink, counts, log and clock.</param>
    public JoinTask(JoinTopology topology, int partition, IStateStore store, TaskPorts ports)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, ports.Partitions);
        _context = new TaskContext(topology, ports, partition);
        _store = store;
        _partitions = ports.Partitions;
        _misplaced = new OccasionalWarning(ports.Logger, ports.Time, MisplacedKeyLogInterval);
        if (topology.Root.RestoresState) _rootTable = new RootTableUpdate(_context, store);
        else _rootStream = new RootStreamPass(_context);
        _replay = new ReplayJoin(_context, store);
    }

    public JoinTopology Topology => _context.Topology;

    public int Partition => _context.Partition;

    /// <summary>Number of root rows held.</summary>
    public long Rows => _store.Count;

    /// <summary>Bytes of keys and values held.</summary>
    public long StateBytes => _store.PayloadBytes;

    /// <summary>Rebuilds state from a record that was processed before: emits nothing, dead-letters nothing.</summary>
    public void Restore(in LogRecord record)
    {
        if (!Topology.Sources[record.Source].RestoresState) throw new ArgumentException("This source restores no state.", nameof(record));
        _rootTable?.Restore(record);
    }

    public void Process(in LogRecord record)
    {
        _context.Counts.Processed++;
        if (record.Key is { } key) CheckPartition(record, key.Span);
        if (Topology.Sources[record.Source].Role == SourceRole.Replay) _replay.Process(record);
        else if (_rootTable is not null) _rootTable.Process(record);
        else _rootStream?.Process(record);
    }

    public void Dispose() => _store.Dispose();

    /// <summary>A replay of a misplaced key may land beside another task's rows, so it must be told; the record itself is good and goes on.</summary>
    private void CheckPartition(in LogRecord record, ReadOnlySpan<byte> key)
    {
        var own = Murmur2Partitioner.PartitionFor(key, _partitions);
        if (own == record.Partition) return;
        _context.Counts.MisplacedKeys++;
        _misplaced.Raise(
            found => $"{found.Position}: the key belongs to partition {found.own}; its producer does not use murmur2, so replays may miss such keys",
            (Position: _context.PositionOf(record), own));
    }
}

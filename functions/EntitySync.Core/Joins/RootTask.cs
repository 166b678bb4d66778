using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>Owns the entities of one root partition.</summary>
internal sealed class RootTask : JoinTask
{
    private static readonly TimeSpan MisplacedKeyLogInterval = TimeSpan.FromMinutes(1);

    private readonly InMemoryStateStore _store = new();
    private readonly int _partitions;
    private readonly OccasionalWarning _misplaced;
    private readonly RootTableUpdate? _rootTable;
    private readonly RootStreamPass? _rootStream;
    private readonly ReplayJoin _replay;

    public RootTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports, BroadcastTables? tables)
        : base(topology, part, partition, ports)
    {
        _partitions = ports.Partitions[part.Lead.Topic];
        _misplaced = new OccasionalWarning(ports.Logger, ports.Time, MisplacedKeyLogInterval);
        if (part.Lead.RestoresState) _rootTable = new RootTableUpdate(Context, _store);
        else _rootStream = new RootStreamPass(Context);
        _replay = new ReplayJoin(Context, _store);
        _ = tables;
    }

    public override long Rows => _store.Count;

    public override long StateBytes => _store.PayloadBytes;

    public override long AllocatedBytes => _store.PayloadBytes;

    public override void Restore(in LogRecord record)
    {
        if (!Part.Sources[record.Source].RestoresState) throw new ArgumentException("This source restores no state.", nameof(record));
        _rootTable?.Restore(record);
    }

    public override void Process(in LogRecord record)
    {
        Context.Counts.Processed++;
        if (record.Key is { } key) CheckPartition(record, key.Span);
        if (Part.Sources[record.Source].Role == SourceRole.Replay) _replay.Process(record);
        else if (_rootTable is not null) _rootTable.Process(record);
        else _rootStream?.Process(record);
    }

    protected override void Dispose(bool disposing) => _store.Dispose();

    /// <summary>A replay of a misplaced key may land beside another task's rows, so it must be told; the record itself is good and goes on.</summary>
    private void CheckPartition(in LogRecord record, ReadOnlySpan<byte> key)
    {
        var own = Murmur2Partitioner.PartitionFor(key, _partitions);
        if (own == record.Partition) return;
        Context.Counts.MisplacedKeys++;
        _misplaced.Raise(
            found => $"{found.Position}: the key belongs to partition {found.own}; its producer does not use murmur2, so replays may miss such keys",
            (Position: Context.PositionOf(record), own));
    }
}

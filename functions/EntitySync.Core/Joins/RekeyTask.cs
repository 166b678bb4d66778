using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.Debezium;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Owns a partition of a shuffle relation's topic: sends each row on under its join value. Likewise of a Debezium root: there the entity's key is the join value.
/// <list type="bullet">
/// <item>A row that moves to another join value is there before it leaves the old one: whoever wants both never sees it gone.</item>
/// <item>A row without join value leaves its old one; a root's is dead-lettered as well, for it is no entity any more.</item>
/// <item>A bad row is dead-lettered, and the row before stays.</item>
/// </list>
/// </summary>
internal sealed class RekeyTask : JoinTask
{
    private readonly PagedStateStore _joinValues = new(); // the row's own key -> join value; rows without join value are absent
    private readonly RelatedRecords _records;
    private readonly JoinColumn _column;
    private readonly string _rowsTopic;
    private readonly bool _isRoot;
    private readonly string _row;
    private readonly int _partitions;
    private readonly int _maximumBytes;
    private byte[] _key = new byte[128];
    private byte[] _value = new byte[512];

    public RekeyTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports)
        : base(topology, part, partition, ports)
    {
        var definition = part.Node.Definition;
        var (format, key) = part.Relation is { } relation ? (relation.Format, relation.Key) : (definition.Root.Format, definition.Root.Key);
        _isRoot = part.Kind == SubTopologyKind.Intake;
        _row = _isRoot ? "root row" : "related row";
        _records = new RelatedRecords(format, ports.Partitions[part.Lead.Topic]);
        _column = new JoinColumn(key, ports.Options.RelatedRowBytes, _row);
        _rowsTopic = _isRoot ? definition.RekeyedRootTopic() : definition.RowsTopic(part.Relation!);
        _partitions = ports.Partitions[_rowsTopic];
        _maximumBytes = ports.Options.AnswerBytes;
    }

    public override long Rows => _joinValues.Count;

    public override long StateBytes => _joinValues.PayloadBytes;

    public override long AllocatedBytes => _joinValues.AllocatedBytes;

    public override void Restore(in LogRecord record)
    {
        switch (_records.Read(record, out var row, out _))
        {
            case ChangeKind.Truncate:
                RemoveAll(isRestoring: true);
                break;
            case ChangeKind.Upsert or ChangeKind.Delete:
                var value = Read(row);
                if (value.Problem is null) Keep(row.Key!.Value.Span, value);
                break;
        }
    }

    public override void Process(in LogRecord record)
    {
        switch (_records.Read(record, out var row, out var problem))
        {
            case ChangeKind.Bad: Context.DeadLetter(record, problem!); break;
            case ChangeKind.Ignore: Context.Counts.PassedOver++; break;
            case ChangeKind.Repeat: break;
            case ChangeKind.Truncate: RemoveAll(isRestoring: false); break;
            default:
                if (Apply(row) is { } reason) Context.DeadLetter(record, reason);
                break;
        }
    }

    protected override void Dispose(bool disposing) => _joinValues.Dispose();

    private string? Apply(in LogRecord row)
    {
        var value = Read(row);
        if (value.Problem is { } problem) return problem;
        var key = row.Key!.Value.Span;
        if (value.Exists) Upsert(row, key, value.Bytes);
        if (_joinValues.TryGet(key, out var old) && !(value.Exists && old.SequenceEqual(value.Bytes))) Remove(key, old);
        Keep(key, value);
        return _isRoot && !value.Exists && row.Value is not null ? $"the row has no value in '{Part.Node.Definition.Root.Key}', the root's key, and leaves the entity it was" : null;
    }

    // In one go: what a truncate means for the rows after it must be said before them. It holds one key at a time.
    private void RemoveAll(bool isRestoring)
    {
        for (var id = _joinValues.NextId(-1); id >= 0; id = _joinValues.NextId(id))
        {
            if (!isRestoring) Remove(_joinValues.KeyOf(id), _joinValues.ValueOf(id));
            _joinValues.Delete(id);
        }
    }

    // What alone would not fit in an answer is refused here, where it hurts no other row of its value.
    private RelatedValue Read(in LogRecord record)
    {
        if (record.Key is not { } key) return RelatedValue.Bad($"{_row} has no key");
        if (record.Value is not { } row) return RelatedValue.None;
        var bytes = (long)key.Length + row.Length;
        return bytes <= _maximumBytes ? _column.Read(row.Span) : RelatedValue.Bad($"{_row} and key of {bytes} bytes are larger than {_maximumBytes}");
    }

    private void Upsert(in LogRecord record, ReadOnlySpan<byte> key, ReadOnlySpan<byte> joinValue)
    {
        var value = RowsRecord.EncodeValue(ref _value, record.Partition, record.Offset, record.Value!.Value.Span);
        Send(new InternalRecord { Topic = _rowsTopic, Partition = PartitionOf(joinValue), Key = RowsRecord.EncodeKey(ref _key, joinValue, key), Value = value });
    }

    private void Remove(ReadOnlySpan<byte> key, ReadOnlySpan<byte> joinValue) =>
        Send(new InternalRecord { Topic = _rowsTopic, Partition = PartitionOf(joinValue), Key = RowsRecord.EncodeKey(ref _key, joinValue, key), IsTombstone = true });

    private void Send(in InternalRecord record)
    {
        Context.Counts.RowsRekeyed++;
        Context.Sink.Send(record);
    }

    private int PartitionOf(ReadOnlySpan<byte> joinValue) => Murmur2Partitioner.PartitionFor(joinValue, _partitions);

    private void Keep(ReadOnlySpan<byte> key, in RelatedValue value)
    {
        if (value.Exists) _joinValues.Put(key, value.Bytes);
        else _joinValues.Delete(key);
    }
}

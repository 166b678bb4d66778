using EntitySync.Core.Definitions;
using EntitySync.Core.Joins.Shuffle;
using EntitySync.Core.State;

namespace EntitySync.Core.Joins;

/// <summary>
/// Owns a partition of a shuffle relation's topic: sends each row on under its join value.
/// <list type="bullet">
/// <item>A row that moves to another join value is there before it leaves the old one: whoever wants both never sees it gone.</item>
/// <item>A row without join value leaves its old one. A bad row is dead-lettered, and the row before stays.</item>
/// </list>
/// </summary>
internal sealed class RekeyTask : JoinTask
{
    private readonly PagedStateStore _joinValues = new(); // the related row's own key -> join value; rows without join value are absent
    private readonly JoinColumn _column;
    private readonly string _rowsTopic;
    private readonly int _partitions;
    private readonly int _maximumBytes;
    private byte[] _key = new byte[128];
    private byte[] _value = new byte[512];

    public RekeyTask(JoinTopology topology, SubTopology part, int partition, TaskPorts ports)
        : base(topology, part, partition, ports)
    {
        _column = new JoinColumn(part.Relation!.Key[0], ports.Options.RelatedRowBytes);
        _rowsTopic = topology.Definition.RowsTopic(part.Relation);
        _partitions = ports.Partitions[_rowsTopic];
        _maximumBytes = ports.Options.AnswerBytes;
    }

    public override long Rows => _joinValues.Count;

    public override long StateBytes => _joinValues.PayloadBytes;

    public override long AllocatedBytes => _joinValues.AllocatedBytes;

    public override void Restore(in LogRecord record)
    {
        var value = Read(record);
        if (value.Problem is null) Keep(record.Key!.Value.Span, value);
    }

    public override void Process(in LogRecord record)
    {
        var value = Read(record);
        if (value.Problem is { } problem)
        {
            Context.DeadLetter(record, problem);
            return;
        }

        var key = record.Key!.Value.Span;
        if (value.Exists) Upsert(record, key, value.Bytes);
        if (_joinValues.TryGet(key, out var old) && !(value.Exists && old.SequenceEqual(value.Bytes))) Remove(key, old);
        Keep(key, value);
    }

    protected override void Dispose(bool disposing) => _joinValues.Dispose();

    // What alone would not fit in an answer is refused here, where it hurts no other row of its value.
    private RelatedValue Read(in LogRecord record)
    {
        if (record.Key is not { } key) return RelatedValue.Bad("related row has no key");
        if (record.Value is not { } row) return RelatedValue.None;
        var bytes = (long)key.Length + row.Length;
        return bytes <= _maximumBytes ? _column.Read(row.Span) : RelatedValue.Bad($"related row and key of {bytes} bytes are larger than {_maximumBytes}");
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

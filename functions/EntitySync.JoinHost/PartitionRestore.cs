using Confluent.Kafka;

namespace EntitySync.JoinHost;

/// <summary>What has to be read again of one source: from the first offset to the one before the target.</summary>
internal readonly record struct RestoreRange(OwnedSource Source, long First, long Target)
{
    public override string ToString() => $"{Source.Partition.Topic} from {First} to {Target}";
}

/// <summary>The sources of an owned partition on their way through the restore, one at a time.</summary>
internal sealed class PartitionRestore
{
    private readonly Queue<RestoreRange> _ranges;
    private long _doneBefore;

    public PartitionRestore(TopicPartition lead, IReadOnlyCollection<RestoreRange> ranges, TimeProvider time)
    {
        _ranges = new Queue<RestoreRange>(ranges);
        Progress = new RestoreProgress($"{lead.Topic}-{lead.Partition.Value}", time) { Total = ranges.Sum(range => range.Target - range.First) };
    }

    public RestoreProgress Progress { get; }

    /// <summary>Null when all is restored.</summary>
    public RestoreRange? Current => _ranges.TryPeek(out var range) ? range : null;

    /// <param name="position">Next offset of the current range.</param>
    public void MoveTo(long position)
    {
        var range = _ranges.Peek();
        Progress.Done = _doneBefore + Math.Clamp(position - range.First, 0, range.Target - range.First);
    }

    /// <returns>False when the last range is done.</returns>
    public bool Next()
    {
        var range = _ranges.Dequeue();
        _doneBefore += range.Target - range.First;
        return _ranges.Count > 0;
    }
}

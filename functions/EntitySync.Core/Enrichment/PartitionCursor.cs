using EntitySync.Core.State;

namespace EntitySync.Core.Enrichment;

/// <summary>How far a batch has come in one partition. Everything from <see cref="Next"/> on counts as failed until it is done.</summary>
internal sealed class PartitionCursor(PartitionRecords partition, Enricher enricher)
{
    public Enricher Enricher { get; } = enricher;

    /// <summary>Index of the first record that is not done.</summary>
    public int Next { get; private set; }

    /// <summary>A transient failure ended this partition.</summary>
    public bool IsFailed { get; private set; }

    public bool IsDone => Next == partition.Records.Count;

    public bool IsActive => !IsDone && !IsFailed;

    public int Count => partition.Records.Count;

    public Position NextPosition => PositionOf(Next);

    public EnrichRecord this[int index] => partition.Records[index];

    public Position PositionOf(int index) => new(partition.Topic, partition.Partition, partition.Records[index].Offset);

    /// <summary>Records before <paramref name="next"/> are done.</summary>
    public void MoveTo(int next) => Next = next;

    public void Fail() => IsFailed = true;
}

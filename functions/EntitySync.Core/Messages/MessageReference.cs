using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Messages;

/// <summary>A message of a batch.</summary>
/// <param name="Partition">The partition's records.</param>
/// <param name="Index">Which of them.</param>
public readonly record struct MessageReference(PartitionRecords Partition, int Index)
{
    public EnrichRecord Record => Partition.Records[Index];

    public Position Position => new(Partition.Topic, Partition.Partition, Record.Offset);

    /// <summary>Of each partition the first position: from there on its records must be delivered again.</summary>
    public static IReadOnlyList<Position> FirstOfEach(IEnumerable<MessageReference> messages) =>
        [.. messages.Select(message => message.Position).GroupBy(position => (position.Topic, position.Partition)).Select(partition => partition.MinBy(position => position.Offset))];
}

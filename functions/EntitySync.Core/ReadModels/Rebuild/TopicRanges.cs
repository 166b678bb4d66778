using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;

namespace EntitySync.Core.ReadModels.Rebuild;

/// <summary>Where the partitions of a read model's topics begin and end, measured at one moment.</summary>
internal sealed class TopicRanges(IReadOnlyList<(string Topic, PartitionRange Range)> partitions)
{
    private const int Named = 5;

    /// <exception cref="InvalidRequestException">A topic does not exist or may not be read.</exception>
    public static async Task<TopicRanges> MeasureAsync(ITopicReader reader, ReadModelDefinition definition, CancellationToken cancellationToken)
    {
        var partitions = new List<(string, PartitionRange)>();
        foreach (var topic in definition.Topics)
        {
            foreach (var range in await reader.RangesAsync(topic.Topic, cancellationToken)) partitions.Add((topic.Topic, range));
        }

        return new TopicRanges(partitions);
    }

    /// <summary>Checkpoints of the partitions that have none yet.</summary>
    public IEnumerable<FillCheckpoint> Begin(IReadOnlyList<FillCheckpoint> checkpoints) =>
        from partition in partitions
        where Find(checkpoints, partition.Topic, partition.Range.Partition) is null
        select new FillCheckpoint(partition.Topic, partition.Range.Partition, partition.Range.First, partition.Range.First, partition.Range.End, 0, partition.Range.First >= partition.Range.End);

    /// <summary>True when a checkpoint stands behind the end of its partition, or the partition is gone: the topic was made anew, and what was filled came from another one.</summary>
    public bool AreOfAnotherTopic(IReadOnlyList<FillCheckpoint> checkpoints) =>
        checkpoints.Any(checkpoint => !partitions.Any(partition => partition.Topic == checkpoint.Topic && partition.Range.Partition == checkpoint.Partition && partition.Range.End >= checkpoint.Next));

    /// <exception cref="InvalidRequestException">Retention has removed events that are not filled yet; names the partitions.</exception>
    public void RefuseTruncated(string readModel, IReadOnlyList<FillCheckpoint> checkpoints)
    {
        var truncated = partitions.Where(partition => IsTruncated(partition.Range, Find(checkpoints, partition.Topic, partition.Range.Partition))).ToList();
        if (truncated.Count == 0) return;
        var names = string.Join(", ", truncated.Take(Named).Select(partition => $"{partition.Topic}-{partition.Range.Partition} begins at offset {partition.Range.First}"));
        var more = truncated.Count > Named ? $" and {truncated.Count - Named} more" : "";
        throw new InvalidRequestException(
            $"Retention has removed events of {truncated.Count} {(truncated.Count == 1 ? "partition" : "partitions")} ({names}{more}): rows would lack what those events brought. " +
            $"Give the topic a longer retention; or, to rebuild from what is left, start with {{\"readModel\":\"{readModel}\",\"allowTruncated\":true}}.");
    }

    public static bool IsTruncated(PartitionRange range, FillCheckpoint? checkpoint) => checkpoint is not { IsCaughtUp: true } && range.First > (checkpoint?.Next ?? 0);

    private static FillCheckpoint? Find(IReadOnlyList<FillCheckpoint> checkpoints, string topic, int partition) =>
        checkpoints.FirstOrDefault(checkpoint => checkpoint.Topic == topic && checkpoint.Partition == partition);
}

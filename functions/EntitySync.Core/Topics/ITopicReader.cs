using EntitySync.Core.Enrichment;
using EntitySync.Core.State;

namespace EntitySync.Core.Topics;

/// <summary>
/// Reads parts of topics by offset, outside any consumer group. Only committed records are seen. Errors: <see cref="Errors.TransientException"/> when the same call may
/// succeed later, <see cref="Errors.InvalidRequestException"/> when the topic does not exist or may not be read.
/// </summary>
public interface ITopicReader
{
    /// <summary>Where each partition begins and ends now, by partition number.</summary>
    Task<IReadOnlyList<PartitionRange>> RangesAsync(string topic, CancellationToken cancellationToken);

    /// <summary>
    /// Reads records of one partition with offsets from <see cref="ReadRequest.From"/> to below <see cref="ReadRequest.To"/>, in their order, until they or a bound are reached. Offsets without a
    /// record (compaction, retention, aborted transactions, markers) are passed over.
    /// </summary>
    Task<TopicRecords> ReadAsync(ReadRequest request, CancellationToken cancellationToken);
}

/// <param name="First">Offset of the first record that retention has left; what is before it is gone.</param>
/// <param name="End">Offset behind the last committed record.</param>
public readonly record struct PartitionRange(int Partition, long First, long End);

/// <param name="From">First offset wanted.</param>
/// <param name="To">Offset behind the last one wanted; at most the end of the partition, or the call waits in vain.</param>
/// <param name="MaximumRecords">Most records of the answer.</param>
/// <param name="MaximumBytes">Keys and values of the answer together; the first record is in it in any case.</param>
public readonly record struct ReadRequest(string Topic, int Partition, long From, long To, int MaximumRecords = int.MaxValue, long MaximumBytes = long.MaxValue);

/// <param name="Records">In the order of their offsets; timestamps are set.</param>
/// <param name="Next">Offset to go on from; equal to <see cref="ReadRequest.To"/> when all was read.</param>
public sealed record TopicRecords(IReadOnlyList<EnrichRecord> Records, long Next);

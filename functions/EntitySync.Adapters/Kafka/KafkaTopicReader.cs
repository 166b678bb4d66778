using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.State;
using EntitySync.Core.Topics;
using Microsoft.Extensions.Logging;

namespace EntitySync.Adapters.Kafka;

/// <summary>
/// Reads topics with consumers that are assigned by hand (<see cref="TopicConsumers"/>): no group, no commits, only committed records. Several calls may run at once;
/// each holds its answer and a bounded prefetch.
/// </summary>
/// <param name="connection">Servers, protocol, credentials.</param>
/// <param name="logger">Told what the client has to say.</param>
/// <param name="patience">How long brokers may bring nothing new before a call fails; default 10 s.</param>
/// <param name="most">Calls that read at the same time; further ones wait.</param>
public sealed class KafkaTopicReader(KafkaConnection connection, ILogger<KafkaTopicReader> logger, TimeSpan? patience = null, int most = 4) : ITopicReader, IDisposable
{
    /// <summary>Only names whose permissions are used; nothing is ever committed for it.</summary>
    public const string GroupId = "entitysync-topic-reader";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly TopicConsumers _consumers = new(connection, logger, most);
    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(10);

    public Task<IReadOnlyList<PartitionRange>> RangesAsync(string topic, CancellationToken cancellationToken) => _consumers.UseAsync(consumer => Ranges(consumer, topic), cancellationToken);

    public Task<TopicRecords> ReadAsync(ReadRequest request, CancellationToken cancellationToken) => request.From >= request.To
        ? Task.FromResult(new TopicRecords([], request.From))
        : _consumers.UseAsync(consumer => Read(consumer, request, cancellationToken), cancellationToken);

    public void Dispose() => _consumers.Dispose();

    private IReadOnlyList<PartitionRange> Ranges(IConsumer<byte[]?, byte[]?> consumer, string topic)
    {
        // Asked through a consumer, because a client of its own would create the topic on clusters that create topics on their own.
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = Partitions(admin, topic);
        var first = Offsets(admin, partitions, OffsetSpec.Earliest());
        var end = Offsets(admin, partitions, OffsetSpec.Latest());
        return [.. partitions.OrderBy(partition => partition.Partition.Value).Select(partition => new PartitionRange(partition.Partition.Value, first[partition], Math.Max(first[partition], end[partition])))];
    }

    private List<TopicPartition> Partitions(IAdminClient admin, string topic)
    {
        try
        {
            var found = admin.GetMetadata(topic, _patience).Topics.Single();
            if (found.Error.IsError) throw Sorted(found.Error, $"topic '{topic}'");
            return [.. found.Partitions.Select(partition => new TopicPartition(topic, partition.PartitionId))];
        }
        catch (KafkaException failure)
        {
            throw Sorted(failure.Error, $"topic '{topic}'", failure);
        }
    }

    // Under "read committed" the latest offset is the last stable one: behind it are records of open transactions, which no reader is given yet.
    private Dictionary<TopicPartition, long> Offsets(IAdminClient admin, List<TopicPartition> partitions, OffsetSpec which)
    {
        try
        {
            var options = new ListOffsetsOptions { IsolationLevel = IsolationLevel.ReadCommitted, RequestTimeout = _patience };
            var answer = admin.ListOffsetsAsync(partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }), options).GetAwaiter().GetResult();
            return answer.ResultInfos.ToDictionary(info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
        }
        catch (ListOffsetsException failure)
        {
            var bad = failure.Result.ResultInfos.First(info => info.TopicPartitionOffsetError.Error.IsError).TopicPartitionOffsetError;
            throw Sorted(bad.Error, bad.TopicPartition.ToString(), failure);
        }
        catch (KafkaException failure)
        {
            throw Sorted(failure.Error, $"the offsets of topic '{partitions[0].Topic}'", failure);
        }
    }

    private TopicRecords Read(IConsumer<byte[]?, byte[]?> consumer, ReadRequest request, CancellationToken cancellationToken)
    {
        consumer.Assign(new TopicPartitionOffset(request.Topic, request.Partition, request.From));
        try
        {
            var records = new List<EnrichRecord>();
            var (bytes, quietSince) = (0L, Environment.TickCount64);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Take(consumer, request) is not { } result)
                {
                    if (Environment.TickCount64 - quietSince > _patience.TotalMilliseconds) throw Quiet(request, records);
                    continue;
                }

                if (result.Offset.Value >= request.To) return new TopicRecords(records, request.To);
                if (result.IsPartitionEOF) continue; // before what is wanted: the rest may still come
                if (result.Offset.Value < request.From) throw new InvalidRequestException($"{Place(request)}: the partition ends before offset {request.From}. The topic has been made anew or has lost records.");
                bytes += (result.Message.Key?.Length ?? 0) + (result.Message.Value?.Length ?? 0);
                if (records.Count >= request.MaximumRecords || (records.Count > 0 && bytes > request.MaximumBytes)) return new TopicRecords(records, result.Offset.Value);
                records.Add(ToRecord(result));
                if (result.Offset.Value + 1 == request.To) return new TopicRecords(records, request.To);
                quietSince = Environment.TickCount64;
            }
        }
        finally
        {
            consumer.Unassign();
        }
    }

    // Trouble that the client gets over by itself counts as silence.
    private static ConsumeResult<byte[]?, byte[]?>? Take(IConsumer<byte[]?, byte[]?> consumer, ReadRequest request)
    {
        try
        {
            return consumer.Consume(Poll);
        }
        catch (ConsumeException failure) when (Sorted(failure.Error, Place(request), failure) is var sorted)
        {
            if (sorted is InvalidRequestException || KafkaErrors.Sort(failure.Error) != KafkaErrorAction.Retry) throw sorted;
            return null;
        }
    }

    private TransientException Quiet(ReadRequest request, List<EnrichRecord> records) =>
        new($"{Place(request)}: after offset {(records.Count == 0 ? request.From - 1 : records[^1].Offset)} nothing came for {_patience.TotalSeconds:0.#} s; wanted are those below {request.To}.");

    private static EntitySyncException Sorted(Error error, string place, Exception? inner = null)
    {
        var message = $"Reading {place}: {KafkaErrors.Describe(error)}";
        var isWrong = error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.TopicException
            || KafkaErrors.Sort(error) == KafkaErrorAction.Fatal;
        return isWrong ? new InvalidRequestException(message, inner) : new TransientException(message, inner);
    }

    private static string Place(ReadRequest request) => $"{request.Topic}-{request.Partition}";

    private static EnrichRecord ToRecord(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Offset.Value,
        OptionalBytes.From(result.Message.Key),
        OptionalBytes.From(result.Message.Value),
        result.Message.Headers is { Count: > 0 } headers ? [.. headers.Select(header => new RecordHeader(header.Key, header.GetValueBytes() ?? []))] : [],
        Timestamp: Moment(result.Message.Timestamp));

    // A producer may write any number for a timestamp.
    private static DateTimeOffset Moment(Timestamp timestamp) => timestamp.Type == TimestampType.NotAvailable
        ? DateTimeOffset.UnixEpoch
        : DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(timestamp.UnixTimestampMs, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}

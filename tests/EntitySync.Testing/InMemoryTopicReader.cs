using EntitySync.Core.Enrichment;
using EntitySync.Core.Errors;
using EntitySync.Core.Topics;

namespace EntitySync.Testing;

/// <summary>Topics in memory that tests write, cut and compact while they are read. All members may be called at the same time.</summary>
public sealed class InMemoryTopicReader : ITopicReader
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Partition[]> _topics = new(StringComparer.Ordinal);
    private readonly List<ReadRequest> _requests = [];

    /// <summary>Awaited before a call answers, with the topic's name; throws where a test wants the broker away.</summary>
    public Func<string, Task> Gate { get; set; } = _ => Task.CompletedTask;

    /// <summary>What was read, in order.</summary>
    public IReadOnlyList<ReadRequest> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    /// <summary>Makes a topic, or one of that name anew; with a larger number one that is there gets more partitions.</summary>
    public void CreateTopic(string topic, int partitions, bool anew = false)
    {
        lock (_lock)
        {
            var held = anew ? [] : _topics.GetValueOrDefault(topic) ?? [];
            _topics[topic] = [.. held, .. Enumerable.Range(held.Length, Math.Max(0, partitions - held.Length)).Select(_ => new Partition())];
        }
    }

    /// <summary>Adds a record behind the last one.</summary>
    /// <returns>Its offset.</returns>
    public long Append(string topic, int partition, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, DateTimeOffset timestamp)
    {
        lock (_lock)
        {
            var log = _topics[topic][partition];
            log.Records.Add(new EnrichRecord(log.End, key, value, [], Timestamp: timestamp));
            return log.End++;
        }
    }

    /// <summary>Offsets that hold no record: markers of transactions, aborted records.</summary>
    public void Skip(string topic, int partition, long offsets = 1)
    {
        lock (_lock) _topics[topic][partition].End += offsets;
    }

    /// <summary>What retention does: all before <paramref name="first"/> is gone, and the partition begins there.</summary>
    public void Truncate(string topic, int partition, long first)
    {
        lock (_lock)
        {
            var log = _topics[topic][partition];
            log.First = Math.Clamp(first, log.First, log.End);
            log.Records.RemoveAll(record => record.Offset < log.First);
        }
    }

    /// <summary>What compaction does: records are gone, the partition's beginning stays.</summary>
    public void Remove(string topic, int partition, Func<EnrichRecord, bool> gone)
    {
        lock (_lock) _topics[topic][partition].Records.RemoveAll(record => gone(record));
    }

    /// <summary>All that is there of one partition.</summary>
    public IReadOnlyList<EnrichRecord> Records(string topic, int partition)
    {
        lock (_lock) return [.. _topics[topic][partition].Records];
    }

    public async Task<IReadOnlyList<PartitionRange>> RangesAsync(string topic, CancellationToken cancellationToken)
    {
        await Gate(topic);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) return [.. Of(topic).Select((log, number) => new PartitionRange(number, log.First, log.End))];
    }

    public async Task<TopicRecords> ReadAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        await Gate(request.Topic);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            _requests.Add(request);
            var logs = Of(request.Topic);
            if (request.Partition >= logs.Length) throw new InvalidRequestException($"Topic '{request.Topic}' has no partition {request.Partition}.");
            return logs[request.Partition].Read(request);
        }
    }

    private Partition[] Of(string topic) => _topics.GetValueOrDefault(topic) ?? throw new InvalidRequestException($"There is no topic '{topic}'.");

    private sealed class Partition
    {
        public List<EnrichRecord> Records { get; } = [];

        public long First { get; set; }

        public long End { get; set; }

        public TopicRecords Read(ReadRequest request)
        {
            if (request.To > End) throw new InvalidOperationException($"{request}: the partition ends at {End}, a real reader would wait.");
            var records = new List<EnrichRecord>();
            var bytes = 0L;
            for (var at = FirstFrom(request.From); at < Records.Count && Records[at].Offset < request.To; at++)
            {
                var record = Records[at];
                bytes += (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
                if (records.Count >= request.MaximumRecords || (records.Count > 0 && bytes > request.MaximumBytes)) return new TopicRecords(records, record.Offset);
                records.Add(record);
            }

            return new TopicRecords(records, Math.Max(request.From, request.To));
        }

        private int FirstFrom(long offset)
        {
            var (low, high) = (0, Records.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Records[middle].Offset < offset) low = middle + 1;
                else high = middle;
            }

            return low;
        }
    }
}

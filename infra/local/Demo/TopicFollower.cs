using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Demo;

/// <summary>A record as a consumer of the topic sees it.</summary>
/// <param name="ReplayId">Replay that caused it; null for a live update.</param>
public sealed record SeenRecord(string Key, byte[]? Value, string? ReplayId)
{
    public IReadOnlyList<RecordHeader> Headers { get; init; } = [];

    /// <summary>A header as text; null when there is none of that name.</summary>
    public string? Header(string name) => Headers.Where(header => header.Name == name).Select(header => Encoding.UTF8.GetString(header.Value.Span)).FirstOrDefault();
}

/// <summary>Reads a topic from its beginning and keeps every record: what the demo checks is the whole list, not the last state alone.</summary>
public sealed class TopicFollower : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<SeenRecord> _records = [];
    private readonly Dictionary<string, SeenRecord> _latest = new(StringComparer.Ordinal);
    private readonly Task _reading;

    public TopicFollower(KafkaConnection connection, string topic) =>
        _reading = Task.Factory.StartNew(() => Read(connection, topic), TaskCreationOptions.LongRunning);

    public int Count
    {
        get
        {
            lock (_gate) return _records.Count;
        }
    }

    /// <summary>Distinct keys seen.</summary>
    public int Keys
    {
        get
        {
            lock (_gate) return _latest.Count;
        }
    }

    public IReadOnlyList<SeenRecord> Since(int count)
    {
        lock (_gate) return _records.GetRange(count, _records.Count - count);
    }

    public IReadOnlyDictionary<string, SeenRecord> Latest()
    {
        lock (_gate) return new Dictionary<string, SeenRecord>(_latest, StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private void Read(KafkaConnection connection, string topic)
    {
        using var consumer = new ConsumerBuilder<string?, byte[]?>(KafkaClientConfig.Consumer(connection, $"demo-{Environment.ProcessId}"))
            .SetValueDeserializer(NullableBytes.Instance)
            .Build(connection, _ => { });
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics.Single().Partitions;
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        while (!_stop.IsCancellationRequested)
        {
            if (Next(consumer) is { Message: { } message }) Keep(message);
        }

        consumer.Close();
    }

    // A broker that was away costs an error or two; the client goes on by itself afterwards.
    private static ConsumeResult<string?, byte[]?>? Next(IConsumer<string?, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(TimeSpan.FromMilliseconds(50));
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            return null;
        }
    }

    private void Keep(Message<string?, byte[]?> message)
    {
        var key = message.Key ?? "";
        var header = message.Headers?.FirstOrDefault(candidate => candidate.Key == HeaderNames.Replay);
        var replay = header is null ? null : ReplayMessage.TryParse(header.GetValueBytes())?.ReplayId;
        var seen = new SeenRecord(string.IsInterned(key) ?? key, message.Value, replay)
        {
            Headers = message.Headers is { Count: > 0 } headers ? [.. headers.Select(each => new RecordHeader(each.Key, each.GetValueBytes()))] : [],
        };
        lock (_gate)
        {
            _records.Add(seen);
            _latest[seen.Key] = seen;
        }
    }
}

using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Replay;
using EntitySync.Core.State;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>A record of a topic with its headers; a null value is a tombstone.</summary>
internal sealed record LoggedRecord(string? Key, byte[]? Value, IReadOnlyDictionary<string, string> Headers)
{
    public string? ReplayId => Headers.TryGetValue(HeaderNames.Replay, out var json) ? ReplayMessage.TryParse(Encoding.UTF8.GetBytes(json))?.ReplayId : null;
}

/// <summary>Reads a topic from its beginning and keeps every record, so that tests compare whole lists.</summary>
internal sealed class TopicLog : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<LoggedRecord> _records = [];
    private readonly Task _reading;

    public TopicLog(KafkaConnection connection, string topic, int partitions) =>
        _reading = Task.Factory.StartNew(() => Read(connection, topic, partitions), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public IReadOnlyList<LoggedRecord> Records
    {
        get
        {
            lock (_gate) return [.. _records];
        }
    }

    /// <summary>Records of these keys, in the order in which they were read.</summary>
    public IReadOnlyList<LoggedRecord> Of(params IEnumerable<string> keys)
    {
        var wanted = keys.ToHashSet(StringComparer.Ordinal);
        return [.. Records.Where(record => record.Key is { } key && wanted.Contains(key))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private void Read(KafkaConnection connection, string topic, int partitions)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(KafkaClientConfig.Consumer(connection, LocalPartsFixture.Unique("test"))).Build(connection, _ => { });
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        while (!_stop.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is not { Message: { } message }) continue;
            var headers = message.Headers.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.GetValueBytes()), StringComparer.Ordinal);
            var record = new LoggedRecord(message.Key is null ? null : Encoding.UTF8.GetString(message.Key), message.Value, headers);
            lock (_gate) _records.Add(record);
        }

        consumer.Close();
    }
}

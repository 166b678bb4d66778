using Confluent.Kafka;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;

namespace EntitySync.Adapters.Kafka;

/// <summary>
/// Writes records through one idempotent producer, kept between calls (and so between invocations of a function).
/// <list type="bullet">
/// <item>Records of a key keep their order: they share a partition, and idempotence keeps a partition's order under retries.</item>
/// <item>When a record of a key fails for good, later ones of that key may have been written already. They are reported as failed too,
/// so that a caller who tries again writes them again after it, and the last one written is the last one meant.</item>
/// <item>A full client queue makes the call wait, not fail.</item>
/// <item>A producer that cannot go on, or whose certificate was renewed, is replaced before the next call.</item>
/// </list>
/// </summary>
public sealed class KafkaTopicWriter : ITopicWriter, IDisposable
{
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly KafkaConnection _connection;
    private readonly TimeSpan _deliveryTimeout;
    private readonly ILogger<KafkaTopicWriter> _logger;
    private readonly TimeProvider _time;
    private IProducer<byte[]?, byte[]?>? _producer;
    private bool _isBroken;
    private int _generation;

    public KafkaTopicWriter(KafkaConnection connection, ILogger<KafkaTopicWriter> logger, TimeProvider time, TimeSpan? deliveryTimeout = null)
    {
        _connection = connection;
        _deliveryTimeout = deliveryTimeout ?? DeliveryTimeout;
        _logger = logger;
        _time = time;
    }

    public async Task<IReadOnlyList<WriteResult>> WriteAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0) return [];
        var producer = Producer();
        var batch = new WriteBatch(records);
        for (var index = 0; index < records.Count; index++)
        {
            while (!TryProduce(producer, batch, index)) await Task.Delay(QueueFullPause, _time, cancellationToken);
        }

        var results = await batch.Completion.WaitAsync(cancellationToken);
        if (batch.NeedsNewClient) lock (_lock) _isBroken |= ReferenceEquals(producer, _producer);
        return results;
    }

    /// <summary>Waits for what is still on its way, at most five seconds.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _producer?.Flush(FlushTimeout);
            _producer?.Dispose();
            _producer = null;
        }
    }

    /// <returns>False when the client's queue is full.</returns>
    private static bool TryProduce(IProducer<byte[]?, byte[]?> producer, WriteBatch batch, int index)
    {
        var record = batch.Records[index];
        var message = new Message<byte[]?, byte[]?> { Key = ToArray(record.Key), Value = ToArray(record.Value), Headers = ToHeaders(record.Headers) };
        try
        {
            producer.Produce(
                new TopicPartition(record.Topic, record.Partition is { } partition ? new Partition(partition) : Partition.Any),
                message,
                report => batch.Complete(index, report.Error));
        }
        catch (ProduceException<byte[]?, byte[]?> failure) when (failure.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (KafkaException failure)
        {
            batch.Complete(index, failure.Error);
        }

        return true;
    }

    private IProducer<byte[]?, byte[]?> Producer()
    {
        lock (_lock)
        {
            if (_isBroken || (_producer is not null && _generation != _connection.Generation))
            {
                _logger.LogWarning("The Kafka producer cannot go on and is replaced");
                _producer?.Dispose();
                _producer = null;
                _isBroken = false;
            }

            return _producer ??= NewProducer_NeedsLock();
        }
    }

    private IProducer<byte[]?, byte[]?> NewProducer_NeedsLock()
    {
        _generation = _connection.Generation;
        return new ProducerBuilder<byte[]?, byte[]?>(KafkaClientConfig.Producer(_connection, _deliveryTimeout))
            .SetLogHandler((_, line) => KafkaLog.Write(_logger, line))
            .Build(_connection, error => KafkaLog.Write(_logger, error));
    }

    private static byte[]? ToArray(ReadOnlyMemory<byte>? bytes) => bytes?.ToArray();

    private static Headers? ToHeaders(IReadOnlyList<RecordHeader> headers)
    {
        if (headers.Count == 0) return null;
        var result = new Headers();
        foreach (var header in headers) result.Add(header.Name, header.Value.ToArray());
        return result;
    }
}

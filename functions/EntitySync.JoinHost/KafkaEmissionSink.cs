using System.Collections.Immutable;
using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;
using DeliveryReport = Confluent.Kafka.DeliveryReport<byte[]?, EntitySync.JoinHost.OutgoingValue>;
using Message = Confluent.Kafka.Message<byte[]?, EntitySync.JoinHost.OutgoingValue>;

namespace EntitySync.JoinHost;

/// <summary>
/// Writes what tasks emit through the thread's producer, in its transaction if it has them, and knows what is not acknowledged yet.
/// An emission that a topic will never take (too large) goes to the dead-letter topic, as far as the limits are known before it is sent; any other failure is
/// final for the session: it must not commit, and the next one starts from the committed positions.
/// </summary>
internal sealed class KafkaEmissionSink : IEmissionSink
{
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(100);

    private readonly ThreadProducer _producer;
    private readonly RecordLimits _limits;
    private readonly ImmutableDictionary<string, (JoinTopology Topology, JoinCounts Counts)> _byEmissionTopic;
    private readonly TopicPartitions _partitions = new();
    private readonly EmissionHeaders _headers = new();
    private readonly RefusedEmissions _known;
    private readonly ILogger _logger;
    private readonly Queue<RefusedRecord> _refused = new();
    private readonly Action<DeliveryReport> _onDelivered;
    private string? _failure;

    public KafkaEmissionSink(
        ThreadProducer producer, RecordLimits limits, IEnumerable<(JoinTopology Topology, JoinCounts Counts)> topologies, RefusedEmissions known, ILogger logger)
    {
        _producer = producer;
        _limits = limits;
        _byEmissionTopic = topologies.ToImmutableDictionary(entry => entry.Topology.EmissionTopic, StringComparer.Ordinal);
        _known = known;
        _logger = logger;
        _onDelivered = OnDelivered;
    }

    /// <summary>Records sent and not known to be acknowledged.</summary>
    public int InFlight { get; private set; }

    public void Emit(in Emission emission)
    {
        var isLive = emission.Replay.IsEmpty;
        var headers = isLive ? _headers.Live(emission.RootPosition) : EmissionHeaders.Of(emission.CopyHeaders());
        var value = new OutgoingValue(emission.IsTombstone ? null : emission.Value.ToArray(), emission.RootPosition, isLive ? null : headers);
        var message = new Message { Key = emission.HasKey ? emission.Key.ToArray() : null, Value = value, Headers = headers };
        var topic = emission.Topology.EmissionTopic;
        if (Refusal(topic, message) is { } reason) SendInstead(new RefusedRecord(topic, message.Key, value, reason));
        else Send(_partitions.Any(topic), message);
    }

    public void Send(in InternalRecord record) => Send(
        _partitions.Of(record.Topic, record.Partition),
        new Message { Key = record.Key.ToArray(), Value = new OutgoingValue(record.IsTombstone ? null : record.Value.ToArray()) });

    public void DeadLetter(OutgoingRecord record) => SendDeadLetter(record.Topic, record.Key?.ToArray(), record.Value?.ToArray(), EmissionHeaders.Of(record.Headers));

    /// <summary>Notes what has been acknowledged. All happens on the caller's thread, here and wherever the sink has to wait.</summary>
    public void Poll() => _producer.Client.Poll(TimeSpan.Zero);

    /// <summary>Waits until everything sent so far is acknowledged.</summary>
    /// <returns>False when <paramref name="isLate"/> came first.</returns>
    /// <exception cref="JoinThreadException">An emission could not be written.</exception>
    public bool Flush(Func<bool> isLate)
    {
        while (true)
        {
            ThrowIfFailed();
            while (_refused.TryDequeue(out var refused)) SendInstead(refused);
            if (InFlight == 0 && _refused.Count == 0)
            {
                ThrowIfFailed(); // a record sent in place of a refused one may have failed at once
                return true;
            }

            if (isLate()) return false;
            _producer.Client.Flush(WaitStep);
        }
    }

    /// <exception cref="JoinThreadException">An emission could not be written.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new JoinThreadException(failure);
    }

    private void SendDeadLetter(string topic, byte[]? key, byte[]? bytes, Headers headers)
    {
        var message = new Message { Key = key, Value = new OutgoingValue(bytes, null, headers), Headers = headers };
        if (Refusal(topic, message) is { } reason) SendInstead(new RefusedRecord(topic, key, message.Value, reason));
        else Send(_partitions.Any(topic), message);
    }

    private string? Refusal(string topic, Message message) =>
        _known.Find(topic, message.Key, message.Value.Bytes) ?? _limits.Refusal(topic, message.Key, message.Value.Bytes, message.Headers);

    private void Send(TopicPartition partition, Message message)
    {
        _producer.Begin();
        InFlight++;
        while (true)
        {
            try
            {
                _producer.Client.Produce(partition, message, _onDelivered);
                return;
            }
            catch (KafkaException refusal) when (refusal.Error.Code == ErrorCode.Local_QueueFull)
            {
                // The client's own queue is the back pressure: the task waits here until the broker has taken some.
                ThrowIfFailed();
                _producer.Client.Poll(WaitStep);
            }
            catch (KafkaException refusal)
            {
                Complete(partition.Topic, message, refusal.Error, isLocal: true);
                ThrowIfFailed();
                return;
            }
        }
    }

    // Called by the client while it is polled; it must not produce, since a full queue would poll again.
    private void OnDelivered(DeliveryReport report) => Complete(report.Topic, report.Message, report.Error, isLocal: false);

    private void Complete(string topic, Message message, Error error, bool isLocal)
    {
        if (error.IsError) OnFailed(topic, message, error, isLocal);
        InFlight--;
    }

    /// <param name="topic">Where the record was to go.</param>
    /// <param name="message">The record.</param>
    /// <param name="error">Why it is not there.</param>
    /// <param name="isLocal">The client refused it before it became part of a transaction.</param>
    private void OnFailed(string topic, Message message, Error error, bool isLocal)
    {
        var reason = KafkaErrors.Describe(error);
        if (KafkaErrors.Sort(error) != KafkaErrorAction.RefuseRecord)
        {
            _failure ??= $"a record for {topic} was not written: {reason}";
        }
        else if (_producer.IsTransactional && !isLocal)
        {
            _known.Add(topic, message.Key, message.Value.Bytes, reason);
            _failure ??= $"{topic} refuses a record: {reason}; its transaction is done again without it";
        }
        else
        {
            _refused.Enqueue(new RefusedRecord(topic, message.Key, message.Value, reason));
        }
    }

    private void SendInstead(RefusedRecord refused)
    {
        if (_byEmissionTopic.TryGetValue(refused.Topic, out var entry))
        {
            entry.Counts.DeadLettered++;
            _logger.LogWarning("{Topic} refuses the emission of {Position}: {Reason}", refused.Topic, refused.Value.Root, refused.Reason);
            SendDeadLetter(entry.Topology.DeadLetterTopic, refused.Key, refused.Value.Bytes, refused.DeadLetterHeaders());
        }
        else if (refused.Shortened() is { } shortened)
        {
            SendDeadLetter(refused.Topic, refused.Key, shortened.Value, shortened.Headers);
        }
        else if (refused.IsDeadLetter)
        {
            _logger.LogError("{Topic} refuses even the dead letter of {Position}: {Reason}. Only this line is left of it", refused.Topic, refused.DeadLetterPosition, refused.Reason);
        }
        else
        {
            // Without it the topology's parts would no longer agree.
            _failure ??= $"the internal topic {refused.Topic} refuses a record: {refused.Reason}";
        }
    }
}

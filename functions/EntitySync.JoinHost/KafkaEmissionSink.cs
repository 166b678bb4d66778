using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Confluent.Kafka;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Joins;
using EntitySync.Core.State;
using Microsoft.Extensions.Logging;
using DeliveryReport = Confluent.Kafka.DeliveryReport<byte[]?, byte[]?>;
using Message = Confluent.Kafka.Message<byte[]?, byte[]?>;

namespace EntitySync.JoinHost;

/// <summary>
/// Writes emissions through the thread's producer and knows what is not acknowledged yet.
/// An emission that a topic will never take (too large) goes to the dead-letter topic; any other failure is final for the thread:
/// it must not commit, and starts again from the committed positions.
/// </summary>
internal sealed class KafkaEmissionSink : IEmissionSink, IDisposable
{
    private const int ShortenedBytes = 64 * 1024;
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(100);

    private readonly IProducer<byte[]?, byte[]?> _producer;
    private readonly ImmutableDictionary<string, (JoinTopology Topology, JoinCounts Counts)> _byEmissionTopic;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<(string Topic, Message Message, string Reason)> _refused = new();
    private readonly Action<DeliveryReport> _onDelivered;
    private long _unacknowledged;
    private volatile string? _failure;

    public KafkaEmissionSink(IProducer<byte[]?, byte[]?> producer, IEnumerable<(JoinTopology Topology, JoinCounts Counts)> topologies, ILogger logger)
    {
        _producer = producer;
        _byEmissionTopic = topologies.ToImmutableDictionary(entry => entry.Topology.EmissionTopic, StringComparer.Ordinal);
        _logger = logger;
        _onDelivered = OnDelivered;
    }

    public void Emit(in Emission emission) => Send(emission.Topology.EmissionTopic, new Message
    {
        Key = emission.HasKey ? emission.Key.ToArray() : null,
        Value = emission.IsTombstone ? null : emission.Value.ToArray(),
        Headers = ToHeaders(emission.CopyHeaders()),
    });

    public void Send(in InternalRecord record)
    {
        Interlocked.Increment(ref _unacknowledged);
        throw new NotSupportedException();
    }

    public void DeadLetter(OutgoingRecord record) =>
        Send(record.Topic, new Message { Key = record.Key?.ToArray(), Value = record.Value?.ToArray(), Headers = ToHeaders(record.Headers) });

    /// <summary>Waits until everything sent so far is acknowledged.</summary>
    /// <returns>False when <paramref name="deadline"/> came first.</returns>
    /// <exception cref="JoinThreadException">An emission could not be written.</exception>
    public bool Flush(Func<bool> deadline)
    {
        while (true)
        {
            ThrowIfFailed();
            SendRefused();
            if (Interlocked.Read(ref _unacknowledged) == 0 && _refused.IsEmpty) return true;
            if (deadline()) return false;
            _producer.Flush(WaitStep);
        }
    }

    /// <exception cref="JoinThreadException">An emission could not be written.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure) throw new JoinThreadException(failure);
    }

    /// <summary>Drops what is not acknowledged; <see cref="Flush"/> comes first on a clean stop.</summary>
    public void Dispose() => _producer.Dispose();

    private void Send(string topic, Message message)
    {
        Interlocked.Increment(ref _unacknowledged);
        while (true)
        {
            try
            {
                _producer.Produce(topic, message, _onDelivered);
                return;
            }
            catch (KafkaException refusal) when (refusal.Error.Code == ErrorCode.Local_QueueFull)
            {
                // The client's own queue is the back pressure: the task waits here until the broker has taken some.
                ThrowIfFailed();
                _producer.Flush(WaitStep);
            }
            catch (KafkaException refusal)
            {
                Complete(topic, message, refusal.Error);
                ThrowIfFailed();
                return;
            }
        }
    }

    // Called on the client's thread; it must not produce, since a full queue would wait for this very thread.
    private void OnDelivered(DeliveryReport report) => Complete(report.Topic, report.Message, report.Error);

    private void Complete(string topic, Message message, Error error)
    {
        if (error.IsError)
        {
            if (KafkaErrors.Sort(error) == KafkaErrorAction.RefuseRecord) _refused.Enqueue((topic, message, KafkaErrors.Describe(error)));
            else _failure ??= $"a record for {topic} was not written: {KafkaErrors.Describe(error)}";
        }

        Interlocked.Decrement(ref _unacknowledged);
    }

    private void SendRefused()
    {
        while (_refused.TryDequeue(out var refused))
        {
            if (_byEmissionTopic.TryGetValue(refused.Topic, out var entry)) SendInsteadOfEmission(entry.Topology, entry.Counts, refused);
            else SendShortened(refused);
        }
    }

    private void SendInsteadOfEmission(JoinTopology topology, JoinCounts counts, (string Topic, Message Message, string Reason) refused)
    {
        counts.DeadLettered++;
        var position = Text(refused.Message.Headers, HeaderNames.RootPosition) ?? "";
        _logger.LogWarning("{Topic} refuses the emission of {Position}: {Reason}", refused.Topic, position, refused.Reason);
        var headers = refused.Message.Headers ?? [];
        headers.Add(HeaderNames.DeadLetterReason, Encoding.UTF8.GetBytes($"{refused.Topic} refuses the emission: {refused.Reason}"));
        headers.Add(HeaderNames.DeadLetterPosition, Encoding.UTF8.GetBytes(position));
        headers.Add(HeaderNames.DeadLetterStage, Encoding.UTF8.GetBytes(JoinTopology.Stage));
        Send(topology.DeadLetterTopic, new Message { Key = refused.Message.Key, Value = refused.Message.Value, Headers = headers });
    }

    /// <summary>A dead letter that is too large itself is cut, and says so.</summary>
    private void SendShortened((string Topic, Message Message, string Reason) refused)
    {
        var value = refused.Message.Value ?? [];
        var position = Text(refused.Message.Headers, HeaderNames.DeadLetterPosition);
        if (value.Length <= ShortenedBytes)
        {
            _logger.LogError("{Topic} refuses even the dead letter of {Position}: {Reason}. Only this line is left of it", refused.Topic, position, refused.Reason);
            return;
        }

        var reason = $"{Text(refused.Message.Headers, HeaderNames.DeadLetterReason)}; first {ShortenedBytes} of {value.Length} bytes";
        var headers = refused.Message.Headers ?? [];
        headers.Remove(HeaderNames.DeadLetterReason);
        headers.Add(HeaderNames.DeadLetterReason, Encoding.UTF8.GetBytes(reason));
        Send(refused.Topic, new Message { Key = refused.Message.Key, Value = value[..ShortenedBytes], Headers = headers });
    }

    private static string? Text(Headers? headers, string name) =>
        headers is not null && headers.TryGetLastBytes(name, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    private static Headers ToHeaders(IReadOnlyList<RecordHeader> headers)
    {
        var result = new Headers();
        foreach (var header in headers) result.Add(header.Name, header.Value.ToArray());
        return result;
    }
}

using EntitySync.Adapters;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.State;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>Where an event source's topics are and what it reports of itself in events.</summary>
public sealed record KafkaSourceCluster(
    KafkaConnection Connection, string Arn = "arn:aws:kafka:us-east-1:000000000000:cluster/local/00000000-0000-0000-0000-000000000000-1");

/// <summary>
/// The Kafka event source of Lambda: consumers of one group read the topic and invoke the function with batches. Offsets are committed after the records
/// are done or given up, so after a crash records come again and none is lost.
/// </summary>
public sealed class KafkaEventSource : IEventSource
{
    private readonly KafkaEventSettings _settings;
    private readonly KafkaSourceCluster _cluster;
    private readonly ILambdaInvoker _functions;
    private readonly ITopicWriter _discarded;
    private readonly EventSourceCounters _counters;
    private readonly KafkaPoller[] _pollers;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private KafkaEventSource(KafkaEventSettings settings, KafkaSourceCluster cluster, ILambdaInvoker functions, ITopicWriter discarded, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _cluster = cluster;
        _functions = functions;
        _discarded = discarded;
        _counters = new EventSourceCounters(settings.Batch.Id, settings.Batch.FunctionId);
        _pollers = [.. Enumerable.Range(0, settings.Pollers).Select(_ => Poller(time, logger))];
        // A poll blocks its thread, so each poller has one of its own.
        _running = Task.WhenAll(_pollers.Select(poller => Task.Factory.StartNew(
            () => poller.RunAsync(_stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
    }

    public EventSourceStatus Status => _counters.Snapshot(_pollers.Sum(poller => poller.Waiting));

    /// <param name="discarded">Writes records that were given up to the on-failure topic.</param>
    public static KafkaEventSource Start(
        KafkaEventSettings settings, KafkaSourceCluster cluster, ILambdaInvoker functions, ITopicWriter discarded, TimeProvider time, ILogger<KafkaEventSource> logger) =>
        new(settings, cluster, functions, discarded, time, logger);

    /// <summary>Stops reading. A running invocation is not waited for; its records come again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private KafkaPoller Poller(TimeProvider time, ILogger logger)
    {
        var partitions = new KafkaPartitions();
        var source = new DeliverySource<KafkaRecord>(InvokeAsync, GiveUpAsync, partitions.Owns, record => record.CreatedAt);
        var delivery = new BatchDelivery<KafkaRecord>(_settings.Batch, source, _counters, Backoff.Default, time, logger);
        return new KafkaPoller(_settings, _cluster, partitions, delivery, _counters, time, logger);
    }

    private async Task<DeliveryOutcome<KafkaRecord>> InvokeAsync(IReadOnlyList<KafkaRecord> records, CancellationToken cancellationToken)
    {
        var payload = KafkaEventJson.Write(_cluster.Arn, _cluster.Connection.BootstrapServers, records);
        var result = await _functions.InvokeAsync(_settings.Batch.FunctionId, payload, cancellationToken);
        return KafkaResponse.Outcome(records, result, _settings.Batch.ReportBatchItemFailures);
    }

    private async Task<bool> GiveUpAsync(IReadOnlyList<KafkaRecord> records, string reason, CancellationToken cancellationToken)
    {
        if (_settings.OnFailureTopic is not { } topic) return true;
        var results = await _discarded.WriteAsync([.. records.Select(record => DeadLetterOf(record, topic, reason))], cancellationToken);
        return results.All(result => result.Outcome != WriteOutcome.Failed);
    }

    private OutgoingRecord DeadLetterOf(KafkaRecord record, string topic, string reason) => new()
    {
        Topic = topic,
        Key = record.Key is null ? (ReadOnlyMemory<byte>?)null : record.Key,
        Value = record.Value is null ? (ReadOnlyMemory<byte>?)null : record.Value,
        Headers =
        [
            .. record.Headers,
            RecordHeader.Text(HeaderNames.DeadLetterReason, reason),
            RecordHeader.Text(HeaderNames.DeadLetterPosition, record.Position.ToString()),
            RecordHeader.Text(HeaderNames.DeadLetterStage, _settings.Batch.FunctionId),
        ],
    };
}

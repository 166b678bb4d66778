using EntitySync.Adapters;
using EntitySync.Local.StepFunctions;
using EntitySync.Local.Template;

namespace EntitySync.Local.EventSources;

/// <summary>
/// The DynamoDB stream event source of Lambda, for DynamoDB Local: reads every shard in order, parents before children, and invokes the function with
/// batches. Positions live in memory: a new start begins at the oldest record again, which the functions must bear anyway.
/// </summary>
public sealed class DynamoDbStreamEventSource : IEventSource
{
    private static readonly TimeSpan DiscoverEvery = TimeSpan.FromSeconds(2);

    private readonly DynamoDbStreamEventSettings _settings;
    private readonly string _table;
    private readonly StreamsApi _api;
    private readonly ILambdaInvoker _functions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventSourceCounters _counters;
    private readonly ShardTree _tree = new();
    private readonly Dictionary<string, (ShardReader Reader, Task Task)> _readers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _waiting;
    private bool _skippedParents;

    private DynamoDbStreamEventSource(
        DynamoDbStreamEventSettings settings, string table, StreamsApi api, ILambdaInvoker functions, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _table = table;
        _api = api;
        _functions = functions;
        _time = time;
        _logger = logger;
        _counters = new EventSourceCounters(settings.Batch.Id, settings.Batch.FunctionId);
        _running = Task.Run(RunAsync);
    }

    public EventSourceStatus Status => _counters.Snapshot(Volatile.Read(ref _waiting));

    /// <param name="table">Physical table name.</param>
    /// <param name="endpoint">Address of DynamoDB Local.</param>
    public static DynamoDbStreamEventSource Start(
        DynamoDbStreamEventSettings settings, string table, Uri endpoint, HttpClient http, ILambdaInvoker functions, TimeProvider time, ILogger<DynamoDbStreamEventSource> logger) =>
        new(settings, table, new StreamsApi(http, endpoint), functions, time, logger);

    /// <summary>Stops reading. A running invocation is not waited for.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        try
        {
            while (true) await Task.Delay(await TryDiscoverAsync() ? Reset() : Backoff.Default.Delay(++failures), _time, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped: the readers see the same token.
        }
        catch (Exception exception)
        {
            _counters.Error(exception.Message);
            _logger.LogCritical(exception, "{Source}: stopped by an error of its own", _settings.Batch.Id);
            throw;
        }

        await Task.WhenAll(_readers.Values.Select(reader => reader.Task));

        TimeSpan Reset()
        {
            failures = 0;
            return DiscoverEvery;
        }
    }

    private async Task<bool> TryDiscoverAsync()
    {
        try
        {
            await DiscoverAsync();
            return true;
        }
        catch (StreamsException exception)
        {
            _counters.Error(exception.Message);
            _logger.LogWarning("{Source}: {Message}", _settings.Batch.Id, exception.Message);
            return false;
        }
    }

    private async Task DiscoverAsync()
    {
        if (await _api.FindStreamAsync(_table, _stop.Token) is not { } streamArn) return;
        foreach (var (shard, reader) in _readers.Where(pair => pair.Value.Task.IsCompleted).ToList())
        {
            await reader.Task;
            _tree.Finish(shard);
            _readers.Remove(shard);
        }

        var shards = await _api.ListShardsAsync(streamArn, _stop.Token);
        var first = !_skippedParents;
        if (first && !_settings.FromBeginning) _tree.SkipParents(shards);
        _skippedParents = true;
        foreach (var shard in _tree.Start(shards))
        {
            var reader = Reader(streamArn, shard, first && !_settings.FromBeginning ? "LATEST" : "TRIM_HORIZON");
            _readers[shard] = (reader, Task.Run(() => reader.RunAsync(_stop.Token)));
        }
    }

    private ShardReader Reader(string streamArn, string shard, string startingPosition)
    {
        var source = new DeliverySource<StreamRecord>(
            (records, cancellationToken) => InvokeAsync(streamArn, records, cancellationToken),
            (records, reason, _) => Task.FromResult(GiveUp(shard, records, reason)),
            _ => true,
            record => record.CreatedAt);
        var delivery = new BatchDelivery<StreamRecord>(_settings.Batch, source, _counters, Backoff.Default, _time, _logger);
        return new ShardReader(_settings.Batch, _api, streamArn, shard, startingPosition, _settings.Filter, delivery, _counters, change => Interlocked.Add(ref _waiting, change), _time, _logger);
    }

    private async Task<DeliveryOutcome<StreamRecord>> InvokeAsync(string streamArn, IReadOnlyList<StreamRecord> records, CancellationToken cancellationToken)
    {
        var result = await _functions.InvokeAsync(_settings.Batch.FunctionId, StreamEventJson.Write(streamArn, records), cancellationToken);
        return StreamResponse.Outcome(records, result, _settings.Batch.ReportBatchItemFailures);
    }

    // What the queue would get: where the records are, not the records.
    private bool GiveUp(string shard, IReadOnlyList<StreamRecord> records, string reason)
    {
        _logger.LogError(
            "{Queue}: table {Table}, shard {Shard}, sequence numbers {First} to {Last}: {Reason}",
            _settings.OnFailure ?? "no on-failure destination", _table, shard, records[0].SequenceNumber, records[^1].SequenceNumber, reason);
        return true;
    }
}

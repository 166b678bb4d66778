using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.StepFunctions;
using Amazon.StepFunctions.Model;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Adapters.Kafka;
using EntitySync.Adapters.StepFunctions;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;
using EntitySync.Local.StepFunctions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>The tests of this collection run one after the other on one running product.</summary>
[CollectionDefinition(nameof(OneRunningProduct))]
public sealed class OneRunningProduct : ICollectionFixture<RunningProduct>;

/// <summary>
/// The whole product in this process, with small replay pages. Tests speak to it as the world does: records into topics, rows through the HTTP API,
/// executions through the AWS SDK. Each test uses keys and classes of its own.
/// </summary>
public sealed class RunningProduct : IAsyncLifetime
{
    public const int PageSize = 4;
    public const int Partitions = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(4);

    private readonly ConcurrentDictionary<string, bool> _online = new(StringComparer.Ordinal);
    private LocalRunner? _runner;
    private KafkaTopicWriter? _writer;
    private ReplayGate? _gate;
    private IAmazonStepFunctions? _stepFunctions;

    public LocalRunner Runner => _runner!;

    public HttpClient Http { get; } = new();

    /// <summary>Keys of the good online items produced and not deleted: what a replay of everything must publish.</summary>
    public IEnumerable<string> OnlineItems => _online.Keys;

    internal ReplayGate Gate => _gate!;

    internal TopicLog Merged { get; private set; } = null!;

    internal TopicLog DeadLetters { get; private set; } = null!;

    internal TopicLog Replays { get; private set; } = null!;

    internal IReplayStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await LocalSetup.EnsureAsync(Console.Error.WriteLine, CancellationToken.None);
        var options = new RunnerOptions
        {
            Adjust = definition => definition.Replay is null ? definition : definition with { Replay = definition.Replay with { PageSize = PageSize } },
            Replay = new ReplayOptions { Lease = TimeSpan.FromSeconds(4) },
            WrapWriter = writer => _gate = new ReplayGate(writer),
            ScheduleEvery = TimeSpan.FromDays(1), // tests sweep by hand
        };
        _runner = await LocalRunner.StartAsync(options, new RunnerLog(LogLevel.Critical), _ => { }, CancellationToken.None);
        Http.BaseAddress = Runner.HttpApi;
        _writer = new KafkaTopicWriter(Runner.Connection, NullLogger<KafkaTopicWriter>.Instance, TimeProvider.System);
        _stepFunctions = StepFunctionsClients.Create(Runner.Settings);
        Merged = new TopicLog(Runner.Connection, "items-merged", Partitions);
        DeadLetters = new TopicLog(Runner.Connection, "item-dead-letters", 3);
        Replays = new TopicLog(Runner.Connection, "item-replay", Partitions);
        Store = new DynamoDbReplayStore(Runner.DynamoDb, Runner.Settings.ReplaysTable, new ReplayOptions(), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var log in new[] { Merged, DeadLetters, Replays }.Where(log => log is not null)) await log.DisposeAsync();
        _writer?.Dispose();
        _stepFunctions?.Dispose();
        if (_runner is not null) await _runner.DisposeAsync();
        Http.Dispose();
    }

    /// <summary>All event sources have delivered what there is. After an outage a consumer of the embedded cluster may need minutes for that.</summary>
    public Task SettledAsync() => UntilAsync(() => Runner.EventSources.Status.All(source => source.Waiting == 0), Waiting, LongPatience);

    public static async Task UntilAsync(Func<bool> condition, Func<string> state, TimeSpan? patience = null)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > (patience ?? Patience)) throw new TimeoutException($"Waited {(patience ?? Patience).TotalSeconds} s: {state()}");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Items with these keys, online and of one class, written and enriched once.</summary>
    public async Task<IReadOnlyList<string>> HaveItemsAsync(string prefix, int count, string deliveryClass)
    {
        var keys = Enumerable.Range(1, count).Select(number => $"{prefix}-{number:D3}").ToList();
        foreach (var key in keys) _online[key] = true;
        await ProduceAsync([.. keys.Select(key => (key, Item(key, deliveryClass)))]);
        await UntilAsync(() => Merged.Of(keys).Count == count, () => $"{Merged.Of(keys).Count} of {count} enriched");
        await UntilAsync(() => Runner.EventSources.Status.All(source => source.Waiting == 0) && Found(prefix) == count, () => $"{Found(prefix)} of {count} indexed; {Waiting()}");
        return keys;
    }

    private string Waiting() => string.Join(", ", Runner.EventSources.Status.Where(source => source.Waiting > 0).Select(source => $"{source.Id} has {source.Waiting} records waiting, last error: {source.LastError ?? "none"}"));

    public static byte[] Item(string key, string deliveryClass) =>
        Encoding.UTF8.GetBytes($$"""{"sku":"{{key}}","online":true,"deliveryClasses":["{{deliveryClass}}"]}""");

    /// <returns>When all are acknowledged.</returns>
    public async Task ProduceAsync(params IReadOnlyList<(string Key, byte[]? Value)> records)
    {
        var results = await _writer!.WriteAsync(
            [.. records.Select(record => new OutgoingRecord { Topic = "items", Key = Encoding.UTF8.GetBytes(record.Key), Value = record.Value is { } value ? value : (ReadOnlyMemory<byte>?)null })],
            CancellationToken.None);
        results.ShouldAllBe(result => result.Outcome == WriteOutcome.Written);
        foreach (var (key, _) in records.Where(record => record.Value is null)) _online.TryRemove(key, out _);
    }

    public Task<HttpResponseMessage> PutRowAsync(string key, string json, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, RowPath(key)) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return Http.SendAsync(request);
    }

    /// <summary>A new row, and the replay it starts is over: what a test counts later is of its own making.</summary>
    public async Task HaveRowAsync(string key, string json)
    {
        using var answer = await PutRowAsync(key, json);
        ((int)answer.StatusCode).ShouldBe(201);
        await UntilAsync(() => ExecutionsFor(key) is [{ Status: not Execution.Running }], () => $"{ExecutionsFor(key).Count} executions for {key}");
    }

    public static string RowPath(string key) => $"reference-tables/delivery-classes/rows/{key}";

    /// <summary>Executions that a change of this row started, oldest first.</summary>
    public IReadOnlyList<Execution> ExecutionsFor(string row) =>
        [.. Runner.StepFunctions!.Executions.Where(execution => Causes(execution).Any(cause => (string?)cause?["key"] == row)).OrderBy(execution => execution.StartDate)];

    public async Task<string> StartReplayAsync(string name, string input) =>
        (await _stepFunctions!.StartExecutionAsync(new StartExecutionRequest { StateMachineArn = Runner.Settings.ReplayStateMachineArn, Name = name, Input = input })).ExecutionArn;

    public Task StopReplayAsync(string executionArn) => _stepFunctions!.StopExecutionAsync(new StopExecutionRequest { ExecutionArn = executionArn });

    public async Task<DescribeExecutionResponse> EndOfAsync(string executionArn)
    {
        await UntilAsync(() => Runner.StepFunctions!.Describe(executionArn).Status != Execution.Running, () => $"{executionArn} still runs");
        return await _stepFunctions!.DescribeExecutionAsync(new DescribeExecutionRequest { ExecutionArn = executionArn });
    }

    /// <summary>Ids that a replay published, in ordinal order, after at least <paramref name="least"/> records of it were seen.</summary>
    public async Task<IReadOnlyList<string>> PublishedAsync(string replayId, int least)
    {
        await UntilAsync(() => Published(replayId).Count >= least, () => $"{Published(replayId).Count} of {least} replay records");
        return Published(replayId);
    }

    public IReadOnlyList<string> Published(string replayId) =>
        [.. Replays.Records.Where(record => record.Value is { } value && ReplayMessage.TryParse(value)?.ReplayId == replayId).Select(record => record.Key!).Order(StringComparer.Ordinal)];

    private static JsonArray Causes(Execution execution) => JsonNode.Parse(execution.Input)?["causes"] as JsonArray ?? [];

    private int Found(string prefix)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Runner.Settings.SolrUrl!.TrimEnd('/')}/items/select?q=*:*&rows=1000&fl=sku&sort=sku+asc&wt=json");
        using var answer = Http.Send(request);
        var documents = JsonNode.Parse(answer.Content.ReadAsStream())!["response"]!["docs"]!.AsArray();
        return documents.Count(document => ((string)document!["sku"]!).StartsWith(prefix + "-", StringComparison.Ordinal));
    }
}

using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Local.Runner;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.Demo;

/// <summary>What the demo does whatever the strategy: loads, changes a row, waits. Reads the entity's topics from their beginning.</summary>
public sealed class DemoSteps : IAsyncDisposable
{
    private const int WriteStep = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public DemoSteps(LocalRunner runner, string entity, DemoData data, DemoConsole console, CancellationToken cancellationToken)
    {
        Runner = runner;
        Definition = runner.Catalog.TryGet(entity, out var definition) ? definition : throw new DemoException($"There is no definition of entity '{entity}'.");
        Relation = Definition.Relations[0];
        if (!Relation.IsFromTable) throw new DemoException($"Relation '{Relation.Name}' of entity '{entity}' has no reference table: the demo changes a row of one.");
        Data = data;
        Console = console;
        CancellationToken = cancellationToken;
        Check = new DemoCheck(Definition, Relation, data, data.Rows.ToDictionary(row => row.Key, row => JsonNode.Parse(row.Json)!.AsObject(), StringComparer.Ordinal));
        Outputs = new TopicFollower(runner.Connection, Definition.Output.Topic);
        Replays = new TopicFollower(runner.Connection, Definition.ReplayTopic());
        DeadLetters = new TopicFollower(runner.Connection, Definition.DeadLetterTopic());
    }

    public LocalRunner Runner { get; }

    public EntityDefinition Definition { get; }

    /// <summary>The entity's first relation: the one whose row changes.</summary>
    public RelationDefinition Relation { get; }

    public DemoData Data { get; }

    public DemoConsole Console { get; }

    public CancellationToken CancellationToken { get; }

    public DemoCheck Check { get; }

    public TopicFollower Outputs { get; }

    public TopicFollower Replays { get; }

    public TopicFollower DeadLetters { get; }

    public int ReplaysRunning => Runner.StepFunctions?.Executions.Count(execution => execution.Status == Execution.Running) ?? 0;

    public async ValueTask DisposeAsync()
    {
        await Outputs.DisposeAsync();
        await Replays.DisposeAsync();
        await DeadLetters.DisposeAsync();
    }

    public async Task LoadRowsAsync(Action<string> progress)
    {
        using var http = new HttpClient { BaseAddress = Runner.HttpApi, Timeout = TimeSpan.FromMinutes(5) };
        var done = 0;
        foreach (var part in Data.Rows.Chunk(WriteStep))
        {
            var body = string.Join('\n', part.Select(row => Encoding.UTF8.GetString(row.Json)));
            using var answer = await http.PostAsync($"reference-tables/{Relation.From}/rows", new StringContent(body, Encoding.UTF8, "application/x-ndjson"), CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(CancellationToken);
            if ((int)answer.StatusCode != 200) throw new DemoException($"The reference API answered {(int)answer.StatusCode}: {text[..Math.Min(text.Length, 2000)]}");
            done += part.Length;
            progress($"{done:N0} of {Data.Rows.Count:N0}");
        }

        // Lookup: the new rows start replays of their own; they find no items yet and must be over before items come. A join host that is still
        // starting would meet rows and items at the same time, and emit items before their rows.
        await WaitAsync(
            () => Task.FromResult(
                Runner.EventSources.HasDelivered("TriggerReplayFunction", Data.Rows.Count) && Runner.EventSources.HasDelivered("PublishReferenceFunction", Data.Rows.Count) && ReplaysRunning == 0 && Runner.JoinHost.Status.IsReady),
            () => $"{Delivered("PublishReferenceFunction"):N0} published, {Delivered("TriggerReplayFunction"):N0} seen by TriggerReplay, {ReplaysRunning} replays running", progress);
    }

    public async Task LoadRootsAsync(Action<string> progress)
    {
        using var writer = new KafkaTopicWriter(Runner.Connection, Runner.Loggers.CreateLogger<KafkaTopicWriter>(), TimeProvider.System);
        var done = 0;
        foreach (var part in Data.Roots.Chunk(WriteStep * 4))
        {
            var records = part.Select(root => new OutgoingRecord { Topic = Definition.Root.Topic, Key = Encoding.UTF8.GetBytes(root.Key), Value = root.Json }).ToList();
            var results = await writer.WriteAsync(records, CancellationToken);
            if (results.FirstOrDefault(result => result.Outcome != WriteOutcome.Written) is { Reason: { } reason }) throw new DemoException($"Kafka took a record not: {reason}");
            done += part.Length;
            progress($"{done:N0} of {Data.Roots.Count:N0}");
        }
    }

    public async Task EnrichAllAsync(Action<string> progress)
    {
        var keys = Data.Roots.Select(root => root.Key).Distinct(StringComparer.Ordinal).Count();
        await WaitAsync(
            () => Task.FromResult(Outputs.Keys + DeadLetters.Keys >= keys && Outputs.Count + DeadLetters.Count >= Data.Roots.Count && Indexed(keys)),
            () => $"{Outputs.Count:N0} of {Data.Roots.Count:N0} enriched, {Runner.Solr?.Collection("items", "sku").Count ?? keys:N0} in the search index", progress);
        // Rows of a shuffle relation take a way of their own, so an item may be emitted without them first; and what is not committed when the host is
        // killed is emitted again.
        if (Relation.Strategy != Strategy.Lookup) await SettleAsync(progress);
    }

    /// <summary>Puts a row, as somebody would who changes it.</summary>
    public async Task PutRowAsync(string key, JsonObject row)
    {
        using var http = new HttpClient { BaseAddress = Runner.HttpApi };
        var body = new StringContent(row.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await http.PutAsync($"reference-tables/{Relation.From}/rows/{Uri.EscapeDataString(key)}", body, CancellationToken);
        if (!answer.IsSuccessStatusCode) throw new DemoException($"PUT answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(CancellationToken)}");
    }

    /// <summary>Late duplicates or strays would come while nothing else moves: two quiet seconds after the last record.</summary>
    public async Task SettleAsync(Action<string> progress)
    {
        var (count, since) = (Outputs.Count, DateTimeOffset.UtcNow);
        await WaitAsync(
            () =>
            {
                if (Outputs.Count != count) (count, since) = (Outputs.Count, DateTimeOffset.UtcNow);
                return Task.FromResult(DateTimeOffset.UtcNow - since > TimeSpan.FromSeconds(2) && Runner.EventSources.Status.All(source => source.Waiting == 0) && ReplaysRunning == 0);
            },
            () => $"{Outputs.Count:N0} outputs", progress);
    }

    /// <summary>Changes that a function's event sources have delivered to it.</summary>
    public long Delivered(string function) => Runner.EventSources.Status.Where(source => source.FunctionId == function).Sum(source => source.Delivered);

    public Task WaitAsync(Func<Task<bool>> condition, Func<string> state, Action<string> progress) =>
        WaitUntil.TrueAsync(condition, state, progress, Patience, Diagnosis, CancellationToken);

    private bool Indexed(int keys) => Runner.Solr is not { } solr || Definition.Replay?.Ids is not SolrIdSourceDefinition ids || solr.Collection(ids.Collection, ids.Key).Count >= keys;

    private string Diagnosis()
    {
        var sources = Runner.EventSources.Status.Select(source => $"  {source.Id}: delivered {source.Delivered}, failed {source.FailedInvocations}, waiting {source.Waiting}, last error: {source.LastError ?? "none"}");
        var threads = Runner.JoinHost.Status.Threads.Select(thread => $"  join thread {thread.Thread}: {thread.State} {thread.Reason}");
        return string.Join(Environment.NewLine, ["Event sources:", .. sources, .. threads, "Last log lines:", .. Runner.Log.LastLines.TakeLast(15).Select(line => "  " + line)]);
    }
}

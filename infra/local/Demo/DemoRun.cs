using System.Text;
using System.Text.Json.Nodes;
using EntitySync.Adapters.DynamoDb;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.Replay;
using EntitySync.Core.State;
using EntitySync.Local.Runner;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.Demo;

/// <summary>The main job: one delivery class changes, and every item that depends on it follows. Each phase waits for the one before.</summary>
public sealed class DemoRun(LocalRunner runner, EntityDefinition definition, RelationDefinition relation, DemoData data, CrashOnce crash, DemoConsole console, CancellationToken cancellationToken)
{
    private const int WriteStep = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async Task<IReadOnlyList<CheckResult>> RunAsync()
    {
        var check = new DemoCheck(definition, relation, data, data.Rows.ToDictionary(row => row.Key, row => JsonNode.Parse(row.Json)!.AsObject(), StringComparer.Ordinal));
        await using var outputs = new TopicFollower(runner.Settings, definition.Output.Topic);
        await using var replays = new TopicFollower(runner.Settings, definition.ReplayTopic());
        await using var deadLetters = new TopicFollower(runner.Settings, definition.DeadLetterTopic());

        await console.PhaseAsync($"Load {data.Rows.Count:N0} rows of {relation.From} through the reference API", LoadRowsAsync);
        await console.PhaseAsync($"Load {data.Roots.Count:N0} records into topic {definition.Root.Topic}", LoadRootsAsync);
        await console.PhaseAsync("Enrich all of them", progress => EnrichAllAsync(outputs, deadLetters, progress));
        var results = check.AfterLoading(outputs.Latest()).ToList();

        var (key, row, affected) = ChooseChange(check);
        var (before, replaysBefore) = (outputs.Count, replays.Count);
        crash.ArmAfter(pages: 1);
        var execution = await console.PhaseAsync($"Change '{key}' and start its replay", progress => ChangeAsync(key, row, progress));
        DemoConsole.Say($"TriggerReplay started {execution.Name}: {affected.Count:N0} items to go");
        await console.PhaseAsync("Replay and enrich the affected items", progress => FollowReplayAsync(execution, affected, outputs, before, progress));
        await console.PhaseAsync("Wait until nothing moves", progress => SettleAsync(outputs, progress));

        results.AddRange(check.AfterChange((key, row), execution.Name, affected, outputs.Latest(), outputs.Since(before)));
        results.Add(DemoCheck.Resumed([.. replays.Since(replaysBefore).Select(record => record.Key)], affected, crash.InFlight));
        results.Add(new CheckResult("no dead letters", deadLetters.Count == 0, $"{deadLetters.Count:N0} in {definition.DeadLetterTopic()}"));
        return results;
    }

    private async Task LoadRowsAsync(Action<string> progress)
    {
        using var http = new HttpClient { BaseAddress = runner.HttpApi, Timeout = TimeSpan.FromMinutes(5) };
        var done = 0;
        foreach (var part in data.Rows.Chunk(WriteStep))
        {
            var body = string.Join('\n', part.Select(row => Encoding.UTF8.GetString(row.Json)));
            using var answer = await http.PostAsync($"reference-tables/{relation.From}/rows", new StringContent(body, Encoding.UTF8, "application/x-ndjson"), cancellationToken);
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if ((int)answer.StatusCode != 200) throw new DemoException($"The reference API answered {(int)answer.StatusCode}: {text[..Math.Min(text.Length, 2000)]}");
            done += part.Length;
            progress($"{done:N0} of {data.Rows.Count:N0}");
        }

        // The new rows start replays of their own; they find no items yet and must be over before items come.
        await WaitAsync(
            () => Task.FromResult(Delivered("TriggerReplayFunction") >= data.Rows.Count && Delivered("PublishReferenceFunction") >= data.Rows.Count && Running() == 0),
            () => $"{Delivered("PublishReferenceFunction"):N0} published, {Delivered("TriggerReplayFunction"):N0} seen by TriggerReplay, {Running()} replays running", progress);
    }

    private async Task LoadRootsAsync(Action<string> progress)
    {
        using var writer = new KafkaTopicWriter(runner.Settings, runner.Loggers.CreateLogger<KafkaTopicWriter>(), TimeProvider.System);
        var done = 0;
        foreach (var part in data.Roots.Chunk(WriteStep * 4))
        {
            var records = part.Select(root => new OutgoingRecord { Topic = definition.Root.Topic, Key = Encoding.UTF8.GetBytes(root.Key), Value = root.Json }).ToList();
            var results = await writer.WriteAsync(records, cancellationToken);
            if (results.FirstOrDefault(result => result.Outcome != WriteOutcome.Written) is { Reason: { } reason }) throw new DemoException($"Kafka took a record not: {reason}");
            done += part.Length;
            progress($"{done:N0} of {data.Roots.Count:N0}");
        }
    }

    private async Task EnrichAllAsync(TopicFollower outputs, TopicFollower deadLetters, Action<string> progress)
    {
        var keys = data.Roots.Select(root => root.Key).Distinct(StringComparer.Ordinal).Count();
        await WaitAsync(
            () => Task.FromResult(outputs.Keys + deadLetters.Keys >= keys && outputs.Count + deadLetters.Count >= data.Roots.Count && Indexed(keys)),
            () => $"{outputs.Count:N0} of {data.Roots.Count:N0} enriched, {runner.Solr?.Collection("items", "sku").Count ?? keys:N0} in the search index", progress);
    }

    private bool Indexed(int keys) => runner.Solr is not { } solr || definition.Replay?.Ids is not SolrIdSourceDefinition ids || solr.Collection(ids.Collection, ids.Key).Count >= keys;

    /// <summary>The row that most items name gets times that beat every other class, so that each of its items must change.</summary>
    private (string Key, JsonObject Row, IReadOnlyList<string> Affected) ChooseChange(DemoCheck check)
    {
        var chosen = data.Rows.OrderByDescending(row => check.Affected(row.Key).Count).ThenBy(row => row.Key, StringComparer.Ordinal).First();
        var affected = check.Affected(chosen.Key);
        if (affected.Count == 0) throw new DemoException($"No item that fits the replay's filter names a row of {relation.From}.");
        var row = JsonNode.Parse(chosen.Json)!.AsObject();
        if (relation.Pick is { Field: { Steps: [var field] } }) row[field.Name] = 1;
        foreach (var source in relation.Set.Select(mapping => mapping.Source.Text).Where(source => source != relation.Pick?.Field.Text)) row[source] = 2;
        return (chosen.Key, row, affected);
    }

    private async Task<Execution> ChangeAsync(string key, JsonObject row, Action<string> progress)
    {
        var known = runner.StepFunctions!.Executions.Select(execution => execution.Arn).ToHashSet(StringComparer.Ordinal);
        using var http = new HttpClient { BaseAddress = runner.HttpApi };
        using var answer = await http.PutAsync($"reference-tables/{relation.From}/rows/{Uri.EscapeDataString(key)}", new StringContent(row.ToJsonString(), Encoding.UTF8, "application/json"), cancellationToken);
        if (!answer.IsSuccessStatusCode) throw new DemoException($"PUT answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        Execution? started = null;
        await WaitAsync(
            () => Task.FromResult((started = runner.StepFunctions.Executions.FirstOrDefault(execution => !known.Contains(execution.Arn))) is not null),
            () => $"stream read, {Delivered("TriggerReplayFunction"):N0} changes seen by TriggerReplay", progress);
        return started!;
    }

    private async Task FollowReplayAsync(Execution execution, IReadOnlyList<string> affected, TopicFollower outputs, int before, Action<string> progress)
    {
        var store = new DynamoDbReplayStore(runner.DynamoDb, runner.Settings.ReplaysTable, new ReplayOptions(), TimeProvider.System);
        ReplayRecord? record = null;
        runner.StepFunctions!.EventHappened += Tell;
        try
        {
            await WaitAsync(
                async () =>
                {
                    record = await store.FindAsync(execution.Name, cancellationToken);
                    var now = runner.StepFunctions.Describe(execution.Arn);
                    if (now.Status is not (Execution.Running or Execution.Succeeded)) throw new DemoException($"The replay ended {now.Status}: {now.Error} {now.Cause}");
                    return now.Status == Execution.Succeeded && outputs.Since(before).Where(seen => seen.ReplayId == execution.Name).DistinctBy(seen => seen.Key).Count() >= affected.Count;
                },
                () => $"{record?.IdsPublished ?? 0:N0} of {affected.Count:N0} ids in {record?.Pages ?? 0:N0} pages, {outputs.Count - before:N0} enriched again", progress);
        }
        finally
        {
            runner.StepFunctions.EventHappened -= Tell;
        }

        void Tell(ExecutionEvent happened)
        {
            if (happened.ExecutionArn == execution.Arn && happened.Type is "StateFailed" or "StateRetried")
                DemoConsole.Say(happened.Type == "StateFailed" ? $"{happened.State} failed: {Reason(happened.Cause)}" : $"{happened.State} tries again from its checkpoint");
        }
    }

    // Lambda reports an error as {"errorType","errorMessage","stackTrace"}; people want the message.
    private static string Reason(string? cause)
    {
        var json = cause?.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at ? cause[at..] : "null";
        try
        {
            return (string?)JsonNode.Parse(json)?["errorMessage"] ?? cause ?? "no cause given";
        }
        catch (System.Text.Json.JsonException)
        {
            return cause!;
        }
    }

    /// <summary>Late duplicates or strays would come while nothing else moves: two quiet seconds after the last record.</summary>
    private async Task SettleAsync(TopicFollower outputs, Action<string> progress)
    {
        var (count, since) = (outputs.Count, DateTimeOffset.UtcNow);
        await WaitAsync(
            () =>
            {
                if (outputs.Count != count) (count, since) = (outputs.Count, DateTimeOffset.UtcNow);
                return Task.FromResult(DateTimeOffset.UtcNow - since > TimeSpan.FromSeconds(2) && runner.EventSources.Status.All(source => source.Waiting == 0) && Running() == 0);
            },
            () => $"{outputs.Count:N0} outputs", progress);
    }

    private long Delivered(string function) => runner.EventSources.Status.Where(source => source.FunctionId == function).Sum(source => source.Delivered);

    private int Running() => runner.StepFunctions?.Executions.Count(execution => execution.Status == Execution.Running) ?? 0;

    private Task WaitAsync(Func<Task<bool>> condition, Func<string> state, Action<string> progress) =>
        WaitUntil.TrueAsync(condition, state, progress, Patience, Diagnosis, cancellationToken);

    private string Diagnosis()
    {
        var sources = runner.EventSources.Status.Select(source => $"  {source.Id}: delivered {source.Delivered}, failed {source.FailedInvocations}, waiting {source.Waiting}, last error: {source.LastError ?? "none"}");
        var threads = runner.JoinHost.Status.Threads.Select(thread => $"  join thread {thread.Thread}: {thread.State} {thread.Reason}");
        return string.Join(Environment.NewLine, ["Event sources:", .. sources, .. threads, "Last log lines:", .. runner.Log.LastLines.TakeLast(15).Select(line => "  " + line)]);
    }
}

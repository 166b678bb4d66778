using System.Diagnostics;
using EntitySync.Adapters.Kafka;
using EntitySync.Core.Definitions;
using EntitySync.Core.State;
using EntitySync.Local.Demo;
using EntitySync.Local.Runner;
using EntitySync.Local.Samples;
using EntitySync.Local.StepFunctions;

namespace EntitySync.Local.Examples;

/// <summary>
/// Feeds an example to a running product and waits for what comes out. A stream's events are joined with the rows of their moment, so its related rows are
/// written before the join host starts (<see cref="WriteEarlyAsync"/>) and its events when nothing moves any more.
/// </summary>
internal sealed class ExampleRun(EntityDefinition definition, ExampleData data)
{
    private const int WriteStep = 1_000;

    /// <summary>Quiet for so long: what was to come has come.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    /// <summary>Quiet for so long: what is missing will not come.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private readonly ReferenceRows _referenceRows = new();

    private bool IsStream => definition.Root.Kind == RootKind.Stream;

    /// <summary>To be called before the join host starts.</summary>
    public Task WriteEarlyAsync(LocalRunner runner, CancellationToken cancellationToken) => IsStream ? WriteRelatedAsync(runner, _ => { }, cancellationToken) : Task.CompletedTask;

    /// <param name="runner">Runs the entity.</param>
    /// <param name="phase">Runs a named phase and shows its progress.</param>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(LocalRunner runner, Func<string, Func<Action<string>, Task>, Task> phase, CancellationToken cancellationToken)
    {
        await using var outputs = new TopicFollower(runner.Connection, definition.Output.Topic);
        await using var deadLetters = new TopicFollower(runner.Connection, definition.DeadLetterTopic());
        if (IsStream) await phase("Join the related rows", progress => UntilAsync(runner, outputs, () => runner.JoinHost.Status.IsReady, progress, cancellationToken));
        else if (data.Related.Count > 0) await phase($"Load {Names(data.Related)}", progress => WriteRelatedAsync(runner, progress, cancellationToken));
        await phase($"Load {Names([data.Root])}", progress => WriteAsync(runner, data.Root, progress, cancellationToken));

        var check = new ExampleCheck(definition, data.Expected, data.DeadLetters);
        IReadOnlyList<CheckResult> Results() => check.Compare(outputs.Since(0), deadLetters.Since(0));
        await phase("Join all of them", progress => UntilAsync(runner, outputs, () => Results().All(result => result.Passed), progress, cancellationToken));
        return Results();
    }

    private static string Names(IEnumerable<ExampleTopic> topics) => string.Join(", ", topics.Select(topic => $"{topic.Records.Count:N0} records of {topic.Source.Topic}"));

    private async Task WriteRelatedAsync(LocalRunner runner, Action<string> progress, CancellationToken cancellationToken)
    {
        foreach (var topic in data.Related)
        {
            if (topic.Source.Relation!.IsFromTable) await _referenceRows.WriteAsync(runner, topic, cancellationToken);
            else await WriteAsync(runner, topic, progress, cancellationToken);
        }
    }

    private static async Task WriteAsync(LocalRunner runner, ExampleTopic topic, Action<string> progress, CancellationToken cancellationToken)
    {
        using var writer = new KafkaTopicWriter(runner.Connection, runner.Loggers.CreateLogger<KafkaTopicWriter>(), TimeProvider.System);
        var done = 0;
        foreach (var part in topic.Records.Chunk(WriteStep))
        {
            var results = await writer.WriteAsync([.. part.Select(record => new OutgoingRecord { Topic = topic.Source.Topic, Key = record.Key, Value = record.Value })], cancellationToken);
            for (var index = 0; index < results.Count; index++)
            {
                if (results[index].Outcome != WriteOutcome.Written) throw new DemoException($"{topic.Source.File}({part[index].Line}): {topic.Source.Topic} took the record not: {results[index].Reason}");
            }

            done += part.Length;
            progress($"{done:N0} of {topic.Records.Count:N0} records of {topic.Source.Topic}");
        }
    }

    /// <summary>Ends when nothing moves: soon when the condition holds, later when it does not, for what is still to come cannot be told from what never comes.</summary>
    private async Task UntilAsync(LocalRunner runner, TopicFollower outputs, Func<bool> condition, Action<string> progress, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var (last, quiet) = ("", Stopwatch.StartNew());
        while (true)
        {
            var now = State(runner, outputs);
            if (now != last) quiet.Restart();
            last = now;
            progress(now);
            var isBusy = IsBusy(runner);
            if (quiet.Elapsed > Patience || (quiet.Elapsed > Quiet && !isBusy && condition())) return;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private string State(LocalRunner runner, TopicFollower outputs)
    {
        var status = runner.JoinHost.Status;
        var counts = status.Entities[definition.Entity];
        return $"{outputs.Count:N0} outputs, {counts.Processed + counts.RowsRekeyed + counts.RowsJoined + counts.Answers:N0} records taken{(status.IsReady ? "" : ", starting")}";
    }

    private bool IsBusy(LocalRunner runner) =>
        !runner.JoinHost.Status.IsReady
        || runner.JoinHost.Status.Threads.SelectMany(thread => thread.Tasks).Any(task => task.Entity == definition.Entity && (task.Fanouts.Count > 0 || task.Sources.Any(source => source.Lag > 0)))
        || runner.EventSources.Status.Any(source => source.Waiting > 0)
        || !_referenceRows.ArePublished(runner)
        || runner.StepFunctions?.Executions.Any(execution => execution.Status == Execution.Running) == true;
}

using EntitySync.Local.Demo;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Reconciling;

/// <summary>Sends the waves, each when all that must come of the one before is there, and checks at the end.</summary>
internal sealed class ReconcileRun : IAsyncDisposable
{
    public const string Reconcile = "ReconcileFunction";

    /// <summary>Functions whose invocations are killed.</summary>
    public static readonly string[] Mortal = [Reconcile, "PublishCompletedFunction", "SweepOverdueFunction"];

    private const int Examples = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private static readonly string[] Names = ["mixed up, in part twice, some products before their order", "what was held back", "what comes too late"];

    private readonly LocalRunner _runner;
    private readonly ReconcileData _data;
    private readonly HandlerKiller _killer;
    private readonly DemoConsole _console;
    private readonly CancellationToken _cancellationToken;
    private readonly List<ReconcileTopics> _topics;
    private readonly ReconcileBoard _board;
    private readonly DateTimeOffset _now;

    /// <param name="now">Time that the data was made for.</param>
    public ReconcileRun(LocalRunner runner, ReconcileData data, DateTimeOffset now, HandlerKiller killer, StatusTally tally, DemoConsole console, CancellationToken cancellationToken)
    {
        (_runner, _data, _now, _killer, _console, _cancellationToken) = (runner, data, now, killer, console, cancellationToken);
        _topics = [new ReconcileTopics(runner, new OrderRule()), new ReconcileTopics(runner, new InvoiceRule())];
        _board = new ReconcileBoard(runner, tally, killer, _topics);
        foreach (var function in Mortal) runner.Functions.Hooks[function] = killer.Hooks;
    }

    public ReconcileBoard Board => _board;

    public async Task<IReadOnlyList<CheckResult>> RunAsync()
    {
        for (var wave = 0; wave < ReconcileData.Waves; wave++)
        {
            var number = wave;
            await _console.LivePhaseAsync($"Send {_data.Sent[wave].Count:N0} messages: {Names[wave]}", _board.Picture, progress => SendAsync(number, progress));
        }

        _killer.Stop();
        await _console.LivePhaseAsync("Wait until nothing moves", _board.Picture, SettleAsync);
        return await CheckAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var topics in _topics) await topics.DisposeAsync();
    }

    private async Task SendAsync(int wave, Action<string> progress)
    {
        var sent = _data.Sent.Take(wave + 1).ToList();
        var wanted = _topics.ConvertAll(topics => (Topics: topics, Outcomes: new Recomputation(topics.Rule, _now).Of(sent)));
        var messages = sent.Sum(part => part.Count);
        _board.Start();
        await WaveWriter.WriteAsync(_runner, _data.Sent[wave], progress, _cancellationToken);
        await WaitAsync(() => _board.Delivered >= messages && IsIdle(), progress);
        _board.Pause();
        await WaitAsync(() => !Lacking().Any(), progress, () => $"Lacking: {string.Join(", ", Lacking().Take(Examples))}");

        IEnumerable<string> Lacking() => wanted.SelectMany(one => one.Topics.Lacking(one.Outcomes.Values));
    }

    /// <summary>What must not come would come while nothing else moves.</summary>
    private Task SettleAsync(Action<string> progress)
    {
        var (count, since) = (Written(), DateTimeOffset.UtcNow);
        return WaitAsync(
            () =>
            {
                if (Written() != count) (count, since) = (Written(), DateTimeOffset.UtcNow);
                return DateTimeOffset.UtcNow - since > Quiet && IsIdle();
            },
            progress);

        int Written() => _topics.Sum(topics => topics.Count);
    }

    private async Task<IReadOnlyList<CheckResult>> CheckAsync()
    {
        var results = new List<CheckResult>();
        foreach (var topics in _topics)
        {
            var outcomes = new Recomputation(topics.Rule, _now).Of(_data.Sent);
            var (check, api) = (new ReconcileCheck(topics.Rule, outcomes), new ApiCheck(_runner.HttpApi, topics.Rule, outcomes));
            results.AddRange(check.Completed(topics.Outputs.Since(0)));
            results.Add(check.Overdue(topics.Overdue.Since(0)));
            results.Add(check.DeadLetters(topics.DeadLetters.Since(0)));
            results.Add(await api.AnswersAsync(_cancellationToken));
            results.Add(await api.ListsAsync(_cancellationToken));
        }

        var discarded = _runner.EventSources.Status.Sum(source => source.Discarded);
        results.Add(new CheckResult("event sources gave nothing up", discarded == 0, $"{discarded:N0} records given up"));
        results.Add(new CheckResult("handlers killed at random points", _killer.Counts.Values.All(counts => counts.All > 0), string.Join(", ", Mortal.Select(Killed))));
        return results;
    }

    private bool IsIdle() => _runner.EventSources.Status.All(source => source.Waiting == 0);

    private string Killed(string function)
    {
        var counts = _killer.Counts[function];
        return $"{function[..^"Function".Length]} {counts.All:N0} ({counts.BetweenCalls:N0} between calls, {counts.AtTheEnd:N0} at the end)";
    }

    private Task WaitAsync(Func<bool> condition, Action<string> progress, Func<string>? lacking = null) =>
        WaitUntil.TrueAsync(() => Task.FromResult(condition()), _board.Line, line => progress($"{line}, {_board.MessagesPerSecond:N0} a second"), Patience, () => $"{lacking?.Invoke()}{Environment.NewLine}{Diagnosis()}", _cancellationToken);

    private string Diagnosis()
    {
        var sources = _runner.EventSources.Status.Select(source => $"  {source.Id}: delivered {source.Delivered}, failed {source.FailedInvocations}, waiting {source.Waiting}, last error: {source.LastError ?? "none"}");
        return string.Join(Environment.NewLine, ["Event sources:", .. sources, "Last log lines:", .. _runner.Log.LastLines.TakeLast(15).Select(line => "  " + line)]);
    }
}

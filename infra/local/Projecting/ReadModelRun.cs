using System.Diagnostics;
using System.Text.Json.Nodes;
using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Runner;

namespace EntitySync.Local.Projecting;

/// <summary>Keeps two read models of the same orders, damages one, rebuilds it twice under way, and compares.</summary>
internal sealed class ReadModelRun : IAsyncDisposable
{
    public const string Search = "orders-search";
    public const string Project = "ProjectReadModelFunction";

    private const string Reporting = "orders-reporting";
    private const int Watched = 60;
    private const int Damaged = 45;
    private const int TrafficStep = 25;
    private static readonly TimeSpan TrafficPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan OutputsWithin = TimeSpan.FromSeconds(15);

    private readonly LocalRunner _runner;
    private readonly OrderHistories _data;
    private readonly HandlerKiller _killer;
    private readonly ChangedDefinitions _definitions;
    private readonly DemoConsole _console;
    private readonly CancellationToken _cancellationToken;
    private readonly ReadModelRows _search;
    private readonly ReadModelRows _reporting;
    private readonly TopicFollower _outputs;
    private readonly List<CheckResult> _checks = [];
    private int _waves;

    public ReadModelRun(LocalRunner runner, OrderHistories data, HandlerKiller killer, ChangedDefinitions definitions, DemoConsole console, CancellationToken cancellationToken)
    {
        (_runner, _data, _killer, _definitions, _console, _cancellationToken) = (runner, data, killer, definitions, console, cancellationToken);
        (_search, _reporting) = (new ReadModelRows(runner, Search), new ReadModelRows(runner, Reporting));
        _outputs = new TopicFollower(runner.Connection, "orders-search-rows");
        runner.Functions.Hooks[Project] = killer.Hooks;
    }

    public ValueTask DisposeAsync() => _outputs.DisposeAsync();

    public async Task<IReadOnlyList<CheckResult>> RunAsync()
    {
        await _console.PhaseAsync($"Send {_data.Waves[0].Count:N0} events and payments, mixed up and in part twice", progress => WaveWriter.WriteAsync(_runner, _data.Waves[0], progress, _cancellationToken));
        _waves = 1;
        await SettleAsync("Project them to two read models while invocations are killed", withParcel: false);
        _checks.Add(Same("the first history", await DifferencesAsync(withParcel: false)));
        await DamageAsync();

        await using (var reader = new RestlessReader(_runner.HttpApi, Search, WatchedKeys()))
        {
            await RebuildAsync("Rebuild the damaged one under live traffic, stopped once in the middle", stopsOnce: true, withParcel: false);
            await ChangeAsync();
            await RebuildAsync("Rebuild it with the new field under live traffic", stopsOnce: false, withParcel: true);
            await RollBackAsync();
            _checks.Add(Of(reader));
        }

        _checks.Add(await OutputsAsync());
        var (killed, discarded) = (_killer.Counts[Project], _runner.EventSources.Status.Sum(source => source.Discarded));
        _checks.Add(new CheckResult("event sources gave nothing up", discarded == 0, $"{discarded:N0} records given up"));
        _checks.Add(new CheckResult("invocations killed at random points", killed.All > 0, $"{killed.All:N0} ({killed.BetweenCalls:N0} between calls, {killed.AtTheEnd:N0} at the end)"));
        return _checks;
    }

    private IReadOnlyList<SentMessage> Sent => [.. _data.Waves.Take(_waves).SelectMany(wave => wave)];

    private async Task DamageAsync()
    {
        var later = _data.Waves.Skip(1).SelectMany(wave => wave).Select(message => message.Key).ToHashSet(StringComparer.Ordinal);
        var keys = NaiveViews.Search(Sent, withParcel: false).Keys.Where(key => !later.Contains(key)).Order(StringComparer.Ordinal).Take(Damaged).ToList();
        var table = $"{_runner.Settings.ReadModelTablePrefix}{Search}-v1";
        var damaged = 0;
        await _console.PhaseAsync($"Damage {Search}", async _ => damaged = await Damage.DoAsync(_runner, table, keys, _cancellationToken));
        var differences = await _search.DifferencesAsync(NaiveViews.Search(Sent, withParcel: false), _cancellationToken);
        _checks.Add(new CheckResult("the damage shows", differences.Count == damaged, $"{differences.Count:N0} rows wrong of {damaged:N0} damaged"));
    }

    private async Task RebuildAsync(string name, bool stopsOnce, bool withParcel)
    {
        var (wave, rebuilding, resumed) = (_data.Waves[_waves], new Rebuilding(_runner, _search, _cancellationToken), 0L);
        var before = await _search.LiveAsync(_cancellationToken);
        await _console.PhaseAsync(name, async progress =>
        {
            var traffic = TrafficAsync(wave);
            resumed = await rebuilding.RunAsync(stopsOnce, progress);
            await traffic;
        });
        _waves++;
        DemoConsole.Say($"{rebuilding.Events:N0} events filled in {rebuilding.Time.TotalSeconds:F1} s, {wave.Count:N0} live ones meanwhile");
        await SettleAsync("Wait until nothing moves", withParcel);
        var now = await _search.LiveAsync(_cancellationToken);
        _checks.Add(new CheckResult($"version {now} answers", now == before + 1, stopsOnce ? $"the second execution went on from {resumed:N0} events" : $"version {before} is kept"));
        _checks.Add(Same($"version {now}", await DifferencesAsync(withParcel)));
    }

    // As a producer does that knows nothing of rebuilds.
    private async Task TrafficAsync(IReadOnlyList<SentMessage> wave)
    {
        using var timer = new PeriodicTimer(TrafficPause);
        foreach (var step in wave.Chunk(TrafficStep))
        {
            await WaveWriter.WriteAsync(_runner, step, _ => { }, _cancellationToken);
            await timer.WaitForNextTickAsync(_cancellationToken);
        }
    }

    private async Task ChangeAsync()
    {
        _definitions.AddField();
        _runner.Deploy(_definitions.Folder);
        using var http = new HttpClient { BaseAddress = _runner.HttpApi };
        var answer = await http.GetStringAsync($"read-models/{Search}", _cancellationToken);
        var says = (bool?)JsonNode.Parse(answer)!["rebuild"]?["isNeeded"] == true && answer.Contains(Search, StringComparison.Ordinal);
        DemoConsole.Say("The definition has a new field, and the functions are deployed anew");
        _checks.Add(new CheckResult("a changed definition says that it needs a rebuild", says, says ? "and names the input" : answer));
    }

    private async Task RollBackAsync()
    {
        if (await _search.StateAsync(_cancellationToken) is not { Previous: { } previous }) throw new DemoException("No version is kept.");
        await _console.PhaseAsync($"Roll back to version {previous}", progress => new Rebuilding(_runner, _search, _cancellationToken).RollBackAsync(previous, progress));
        var live = await _search.LiveAsync(_cancellationToken);
        var differences = await _search.DifferencesAsync(NaiveViews.Search(Sent, withParcel: false), _cancellationToken);
        _checks.Add(new CheckResult($"version {previous} answers again, up to date", live == previous && differences.Count == 0, differences.Count == 0 ? "without the new field" : $"{differences.Count:N0} rows differ, e.g. {differences[0]}"));
    }

    private async Task SettleAsync(string name, bool withParcel) => await _console.PhaseAsync(name, async progress =>
    {
        var differences = new List<string>();
        await WaitUntil.TrueAsync(
            async () => IsIdle() && (differences = await DifferencesAsync(withParcel)).Count == 0,
            () => $"{Delivered():N0} events delivered, {_killer.Counts[Project].All:N0} invocations killed",
            progress, Patience, () => $"{differences.Count:N0} rows differ, e.g. {string.Join("; ", differences.Take(3))}{Environment.NewLine}{Diagnosis()}", _cancellationToken);
    });

    private async Task<List<string>> DifferencesAsync(bool withParcel) =>
    [
        .. await _search.DifferencesAsync(NaiveViews.Search(Sent, withParcel), _cancellationToken),
        .. await _reporting.DifferencesAsync(NaiveViews.Reporting(Sent), _cancellationToken),
    ];

    private CheckResult Same(string what, List<string> differences)
    {
        var rows = NaiveViews.Search(Sent, withParcel: false).Count + NaiveViews.Reporting(Sent).Count;
        return new CheckResult($"all rows are what a fold of all events gives: {what}", differences.Count == 0, differences.Count == 0 ? $"{rows:N0} rows of both read models" : $"{differences.Count:N0} of {rows:N0} differ, e.g. {differences[0]}");
    }

    private static CheckResult Of(RestlessReader reader)
    {
        var report = reader.Report;
        var found = $"{report.Reads:N0} reads, {report.Errors.Count:N0} errors, {report.StepsBack.Count:N0} steps back, longest {report.Longest.TotalMilliseconds:F0} ms";
        return new CheckResult("reads never failed and never went back", report is { Reads: > 0, Errors.Count: 0, StepsBack.Count: 0 }, string.Join("; ", report.Errors.Take(1).Concat(report.StepsBack.Take(1)).Prepend(found)));
    }

    // The version that answered last was rolled back to: its rows were not all written to the output again.
    private async Task<CheckResult> OutputsAsync()
    {
        var wanted = NaiveViews.Search(Sent, withParcel: false);
        var wrong = WrongOutputs(wanted);
        // The last records are written; whoever reads the topic is some moments behind.
        for (var since = Stopwatch.StartNew(); wrong.Count > 0 && since.Elapsed < OutputsWithin; wrong = WrongOutputs(wanted)) await Task.Delay(TrafficPause, _cancellationToken);
        return new CheckResult(
            "the last output of each row is the row", wrong.Count == 0, wrong.Count == 0 ? $"{_outputs.Count:N0} outputs of {_outputs.Keys:N0} rows" : $"{wrong.Count:N0} wrong, e.g. {wrong[0]}");
    }

    private List<string> WrongOutputs(Dictionary<string, JsonObject> wanted) =>
        [.. _outputs.Latest().Where(row => row.Value.Value is null ? wanted.ContainsKey(row.Key) : !wanted.TryGetValue(row.Key, out var now) || !IsSame(now, row.Value.Value)).Select(row => row.Key)
            .Concat(wanted.Keys.Where(key => !_outputs.Latest().ContainsKey(key)))];

    private static bool IsSame(JsonObject wanted, byte[] output)
    {
        var row = JsonNode.Parse(output)!.AsObject();
        row.Remove("parcel");
        return JsonNode.DeepEquals(row, wanted);
    }

    // Rows with much to come.
    private List<string> WatchedKeys()
    {
        var there = NaiveViews.Search(Sent, withParcel: false).Where(row => row.Value["status"] is not null).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        return [.. _data.Waves.Skip(1).SelectMany(wave => wave).Select(message => message.Key)
            .Where(key => there.Contains(key) && !IsEverDeleted(key)).GroupBy(key => key, StringComparer.Ordinal).OrderByDescending(group => group.Count()).Select(group => group.Key).Take(Watched)];
    }

    private bool IsEverDeleted(string key) => _data.Waves.SelectMany(wave => wave).Any(message => message.Key == key && (message.Json is null || message.Json.Contains("\"OrderDeleted\"", StringComparison.Ordinal)));

    private long Delivered() => _runner.EventSources.Status.Where(source => source.FunctionId == Project).Sum(source => source.Delivered);

    private bool IsIdle() => Delivered() >= Sent.Count && _runner.EventSources.Status.All(source => source.Waiting == 0);

    private string Diagnosis() => string.Join(
        Environment.NewLine,
        _runner.EventSources.Status.Where(source => source.FunctionId == Project).Select(source => $"  {source.Id}: delivered {source.Delivered}, failed {source.FailedInvocations}, waiting {source.Waiting}, last error: {source.LastError ?? "none"}")
            .Concat(_runner.Log.LastLines.TakeLast(15).Select(line => "  " + line)));
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace EntitySync.Local.Projecting;

/// <summary>What the reader has seen.</summary>
/// <param name="Reads">Answers.</param>
/// <param name="Errors">Answers that were none, with the first of them.</param>
/// <param name="StepsBack">Rows that stood further before, with the first of them.</param>
internal sealed record ReaderReport(int Reads, IReadOnlyList<string> Errors, IReadOnlyList<string> StepsBack, TimeSpan Longest);

/// <summary>
/// Reads the same rows over HTTP again and again, from before a rebuild until after it, as a page that people use would. A row steps back when it has less than it had: an earlier
/// state, fewer payments, a shorter history.
/// </summary>
internal sealed class RestlessReader : IAsyncDisposable
{
    private const int Readers = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly string _readModel;
    private readonly Task _reading;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _stepsBack = new();
    private int _reads;
    private long _longest;

    /// <param name="api">Base address of the HTTP functions.</param>
    /// <param name="keys">Rows that are there already and are never deleted.</param>
    public RestlessReader(Uri api, string readModel, IReadOnlyList<string> keys)
    {
        _http = new HttpClient { BaseAddress = api };
        _readModel = readModel;
        var shares = keys.Chunk(Math.Max(1, (keys.Count + Readers - 1) / Readers));
        _reading = Task.WhenAll(shares.Select(share => Task.Run(() => ReadAsync(share))));
    }

    public int Reads => Volatile.Read(ref _reads);

    public ReaderReport Report => new(Reads, [.. _errors], [.. _stepsBack], Stopwatch.GetElapsedTime(0, Volatile.Read(ref _longest)));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync(string[] keys)
    {
        var seen = new Dictionary<string, Standing>(StringComparer.Ordinal);
        while (!_stop.IsCancellationRequested)
        {
            foreach (var key in keys)
            {
                if (_stop.IsCancellationRequested) return;
                await ReadAsync(key, seen);
            }

            await Task.WhenAny(Task.Delay(Pause, _stop.Token));
        }
    }

    private async Task ReadAsync(string key, Dictionary<string, Standing> seen)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var response = await _http.GetAsync($"read-models/{_readModel}/{key}", _stop.Token);
            var body = await response.Content.ReadAsStringAsync(_stop.Token);
            Interlocked.Increment(ref _reads);
            Note(Stopwatch.GetTimestamp() - began);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                _errors.Enqueue($"{key}: {(int)response.StatusCode} {body}");
                return;
            }

            var now = Standing.Of(JsonNode.Parse(body)!);
            if (seen.TryGetValue(key, out var before) && now.IsBehind(before)) _stepsBack.Enqueue($"{key}: {before}, then {now}");
            else seen[key] = now;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
        catch (HttpRequestException exception)
        {
            _errors.Enqueue($"{key}: {exception.Message}");
        }
    }

    private void Note(long ticks)
    {
        for (var longest = Volatile.Read(ref _longest); ticks > longest; longest = Volatile.Read(ref _longest))
        {
            if (Interlocked.CompareExchange(ref _longest, ticks, longest) == longest) return;
        }
    }

    private readonly record struct Standing(int State, decimal Payments, int History)
    {
        public static Standing Of(JsonNode row) => new(
            row["status"] is { } status ? Array.IndexOf(OrderHistories.States, (string)status!) : -1, row["payments"] is { } payments ? (decimal)payments : 0, row["history"]?.AsArray().Count ?? 0);

        public bool IsBehind(Standing other) => State < other.State || Payments < other.Payments || History < other.History;
    }
}

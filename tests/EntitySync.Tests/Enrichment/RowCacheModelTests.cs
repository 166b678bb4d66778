using System.Text;
using EntitySync.Core.Enrichment;
using EntitySync.Core.Replay;
using EntitySync.Testing;

namespace EntitySync.Tests.Enrichment;

/// <summary>
/// Random writes, _deletions, edits by hand, replays and overlapping reads on several containers, against what the guarantees say:
/// a replay never sees less than its cause, and (without an allowed age) nobody sees less than what was committed when his invocation began.
/// </summary>
public sealed class RowCacheModelTests
{
    private const string Table = "classes";

    public static TheoryData<int, int> Seeds() => new(Enumerable.Range(1, 150).SelectMany(seed => new[] { (seed, 0), (seed, 50) }));

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task RandomHistory_IsNeverStale(int seed, int maximumAge)
    {
        var random = new Random(seed);
        var clock = new TestClock();
        var tables = new InMemoryReferenceTables();
        var held = new List<TaskCompletionSource>();
        tables.BeforeLook = (_, _) => Hold();
        tables.AfterLook = (_, _) => Hold();
        var options = new RowCacheOptions { MaximumAge = TimeSpan.FromSeconds(maximumAge), MaximumRows = random.Next(1, 6) };
        var containers = Enumerable.Range(0, 2).Select(_ => new RowCache(tables, clock, options)).ToArray();
        var change = 0;
        var committed = new Dictionary<string, int>(); // key -> number of its last change
        var causes = new List<(ReplayCause Cause, int Change)>();
        var running = new List<Task>();

        for (var step = 0; step < 200; step++)
        {
            var key = "abcd"[random.Next(4)].ToString();
            switch (random.Next(6))
            {
                case 0: Change(key); break;
                case 1: clock.Advance(TimeSpan.FromSeconds(random.Next(40))); break;
                case 2: Release(random.Next(held.Count + 1)); break;
                default: running.Add(InvokeAsync(containers[random.Next(2)], key)); break;
            }
        }

        while (held.Count > 0 || running.Exists(task => !task.IsCompleted))
        {
            Release(held.Count);
            await Task.Yield();
        }

        await Task.WhenAll(running);

        Task Hold()
        {
            if (random.Next(3) > 0) return Task.CompletedTask;
            var gate = new TaskCompletionSource();
            lock (held) held.Add(gate);
            return gate.Task;
        }

        void Release(int count)
        {
            for (; count > 0 && held.Count > 0; count--)
            {
                TaskCompletionSource gate;
                lock (held)
                {
                    var index = random.Next(held.Count);
                    gate = held[index];
                    held.RemoveAt(index);
                }

                gate.SetResult();
            }
        }

        void Change(string key)
        {
            change++;
            var json = $$"""{"change":{{change}}}""";
            if (tables.Find(Table, key) is null) tables.Put(Table, key, json);
            else if (random.Next(3) == 0) tables.Delete(Table, key);
            else if (random.Next(2) == 0) tables.EditByHand(Table, key, json);
            else tables.Put(Table, key, json);
            committed[key] = change;
            _deletions[change] = tables.Find(Table, key) is null ? key : null;
            causes.Add((tables.Cause(Table, key), change));
        }

        async Task InvokeAsync(RowCache cache, string key)
        {
            var replay = causes.Count > 0 && random.Next(2) == 0 ? causes[random.Next(causes.Count)] : default;
            if (replay.Cause is not null) key = replay.Cause.Key;
            var atLeast = Math.Max(replay.Change, maximumAge == 0 ? committed.GetValueOrDefault(key) : 0);
            var mark = replay.Cause is null ? null : new ReplayMark(new ReplayMessage("r", [replay.Cause]));
            var invocation = cache.Begin();
            var bytes = Encoding.UTF8.GetBytes(key);
            var row = cache.Table(Table).Find(bytes, invocation, mark) ?? (await cache.Table(Table).LoadAsync([bytes], invocation, CancellationToken.None)).Rows[0];
            if (row.Row is { } found) ChangeOf(found.Json.Span).ShouldBeGreaterThanOrEqualTo(atLeast, $"seed {seed}");
            else HasBeenAbsentSince(key, atLeast).ShouldBeTrue($"seed {seed}: absent, but change {atLeast} of '{key}' was not a deletion and none followed");
        }

        bool HasBeenAbsentSince(string key, int atLeast) =>
            atLeast == 0 || _deletions.Any(deletion => deletion.Key >= atLeast && deletion.Value == key);
    }

    private readonly Dictionary<int, string?> _deletions = [];

    private static int ChangeOf(ReadOnlySpan<byte> json) => int.Parse(Encoding.UTF8.GetString(json)["{\"change\":".Length..^1]);
}

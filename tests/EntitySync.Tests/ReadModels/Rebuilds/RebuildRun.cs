using System.Text.Json.Nodes;
using EntitySync.Core.Enrichment;
using EntitySync.Core.ReadModels;
using EntitySync.Core.ReadModels.Rebuild;

namespace EntitySync.Tests.ReadModels.Rebuilds;

/// <summary>
/// Live events, readers and rebuilds side by side; a random number decides whose call comes next. Every call of a port is a step: between any two of them anything else may happen.
/// </summary>
internal sealed class RebuildRun
{
    private const int Steps = 200_000;

    private readonly Random _random;
    private readonly RebuildWorld _world;
    private readonly Lane[] _lanes;
    private readonly Dictionary<string, int> _seen = [];
    private readonly List<Execution> _executions = [];
    private int _toWrite;
    private int _started;
    private int _granted;
    private bool _isRedeployed;
    private int _alias;

    public RebuildRun(int seed, bool deletes = true, int events = 40)
    {
        Seed = seed;
        _random = new Random(seed);
        _world = new RebuildWorld(RebuildWorld.Definition(deletes: deletes)) { Options = new RebuildOptions { PageRecords = _random.Next(1, 6) } };
        _world.Tables.CallsUntilReady = _random.Next(3);
        _lanes = [.. RebuildWorld.Topics.SelectMany(topic => Enumerable.Range(0, RebuildWorld.Partitions).Select(partition => new Lane(topic, partition)))];
        IsMonotone = !deletes;
        for (var i = _random.Next(events); i > 0; i--) Write();
        _toWrite = events;
        _world.Turns.IsStepped = true;
    }

    public int Seed { get; }

    public RebuildWorld World => _world;

    /// <summary>True when no count of a row ever shrinks, so that a reader can see whether a row goes back.</summary>
    public bool IsMonotone { get; }

    /// <summary>Kills the first execution before its call of this number, counted from 1; another one is started then.</summary>
    public int KillAt { get; init; }

    /// <summary>Of a hundred calls, those that fail.</summary>
    public int FailuresOfHundred { get; init; }

    /// <summary>Kills executions and live invocations at random.</summary>
    public bool Kills { get; init; }

    /// <summary>Most executions of the state machine at the same time.</summary>
    public int AtOnce { get; init; } = 1;

    /// <summary>Another definition is deployed at some moment.</summary>
    public bool Redeploys { get; init; }

    public bool WasKilled { get; private set; }

    public List<RebuildEnd> Ends { get; } = [];

    /// <summary>Until all events are written and applied, and the version that answers is of the deployed definition and newer than the first.</summary>
    public async Task RunAsync()
    {
        // Nothing on this thread brings its continuations elsewhere.
        await Task.Run(() =>
        {
            for (var step = 0; !IsDone(); step++)
            {
                if (step == Steps) throw new InvalidOperationException($"seed {Seed}: no end; waiting: {string.Join(", ", _world.Turns.Waiting.Select(turn => $"{turn.Actor} {turn.Call}"))}");
                Step();
            }

            _world.Turns.IsStepped = false;
        });
    }

    private bool IsDone() =>
        _toWrite == 0 && _executions.Count == 0 && _lanes.All(lane => lane.Invocation is null && lane.Next == EndOf(lane)) && IsRebuilt && _isRedeployed == Redeploys;

    // What an execution that was killed has begun, another one ends.
    private bool IsRebuilt => _world.State is { Live: > 1, Building: null } state && state.LastNumber == state.Live && state.Version(state.Live)!.Fingerprint == _world.Deployed.Fingerprint;

    private void Step()
    {
        Settle();
        switch (_random.Next(20))
        {
            case 0 when _toWrite > 0: _toWrite--; Write(); break;
            case 1 or 2: StartLive(); break;
            case 3 or 7 or 8: Read(); break;
            case 4 when _executions.Count < AtOnce && (!IsRebuilt || (_random.Next(4) == 0 && _started < 4)): StartExecution(); break;
            case 5 when Redeploys && !_isRedeployed && _toWrite < 20: Redeploy(); break;
            case 6 when Kills && _random.Next(10) == 0: Kill(); break;
            default: Grant(); break;
        }
    }

    private void Redeploy()
    {
        _isRedeployed = true;
        _world.Deployed = RebuildWorld.Definition("\n      - set: { last: status }", !IsMonotone);
    }

    private void Grant()
    {
        if (_world.Turns.Waiting.Count == 0) return;
        var turn = _world.Turns.Waiting[_random.Next(_world.Turns.Waiting.Count)];
        var isExecution = turn.Actor.StartsWith("execution", StringComparison.Ordinal);
        if (isExecution && !WasKilled && KillAt > 0 && ++_granted == KillAt)
        {
            WasKilled = true;
            _world.Turns.Kill(turn.Actor);
            _executions.Clear();
            return;
        }

        if (_random.Next(100) < FailuresOfHundred) _world.Turns.Fail(turn);
        else _world.Turns.Grant(turn);
    }

    private void Kill()
    {
        if (_random.Next(2) == 0 && _executions.Count > 0)
        {
            var execution = _executions[_random.Next(_executions.Count)];
            _world.Turns.Kill(execution.Actor);
            _executions.Remove(execution);
            return;
        }

        if (_lanes.FirstOrDefault(lane => lane.Invocation is not null) is not { } busy) return;
        _world.Turns.Kill(busy.Actor);
        busy.Invocation = null; // its records come again
    }

    private void StartExecution()
    {
        var actor = $"execution {++_started}";
        _executions.Add(new Execution(actor, Turns.Start(actor, () => _world.RebuildAsync(new RebuildRequest(RebuildWorld.Name, MaximumLag: _random.Next(3)), () => _random.Next(3) == 0))));
    }

    private void StartLive()
    {
        var lane = _lanes[_random.Next(_lanes.Length)];
        if (lane.Invocation is not null || lane.Next == EndOf(lane)) return;
        var records = _world.Reader.Records(lane.Topic, lane.Partition).Where(record => record.Offset >= lane.Next).Take(_random.Next(1, 5)).ToList();
        lane.End = records[^1].Offset + 1;
        lane.Actor = $"live {lane.Topic}-{lane.Partition}@{lane.Next}";
        lane.Invocation = Turns.Start(lane.Actor, () => _world.Batch().RunAsync([new PartitionRecords(lane.Topic, lane.Partition, records)], () => TimeSpan.FromMinutes(5), default));
    }

    private void Settle()
    {
        foreach (var lane in _lanes.Where(lane => lane.Invocation is { IsCompleted: true }))
        {
            var again = lane.Invocation!.GetAwaiter().GetResult().ComeAgain;
            lane.Next = again.Count == 0 ? lane.End : again[0].Offset;
            lane.Invocation = null;
        }

        foreach (var execution in _executions.Where(execution => execution.Task.IsCompleted).ToList())
        {
            Ends.Add(execution.Task.GetAwaiter().GetResult());
            _executions.Remove(execution);
        }
    }

    private void Write()
    {
        var lane = _lanes[_random.Next(_lanes.Length)];
        _world.Append(lane.Topic, lane.Partition, $"o-{_random.Next(4)}", _random.Next(8) == 0 ? "Deleted" : "Changed", _random.Next(1, 12), _random.Next(100));
    }

    // What a reader sees who remembers for some time which version answers.
    private void Read()
    {
        if (!IsMonotone || _world.State is not { Live: not null } state) return;
        if (_random.Next(4) == 0 || state.Written.All(version => version.Number != _alias)) _alias = state.Live.Value;
        var live = _alias;
        foreach (var (key, document) in _world.RowsOf(live))
        {
            var events = JsonNode.Parse(document)!["events"]!.GetValue<int>();
            events.ShouldBeGreaterThanOrEqualTo(_seen.GetValueOrDefault(key), $"seed {Seed}: row {key} of version {live} went back");
            _seen[key] = events;
        }

        _seen.Keys.Except(_world.RowsOf(live).Keys).ShouldBeEmpty($"seed {Seed}: rows of version {live} are missing");
    }

    private long EndOf(Lane lane) => _world.Reader.Records(lane.Topic, lane.Partition) is [.., var last] ? last.Offset + 1 : 0;

    private sealed record Execution(string Actor, Task<RebuildEnd> Task);

    private sealed class Lane(string topic, int partition)
    {
        public string Topic => topic;

        public int Partition => partition;

        public long Next { get; set; }

        public long End { get; set; }

        public string Actor { get; set; } = "";

        public Task<ProjectResult>? Invocation { get; set; }
    }
}

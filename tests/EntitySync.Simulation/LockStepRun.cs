using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Simulation.Checks;
using EntitySync.Simulation.Workload;

namespace EntitySync.Simulation;

/// <summary>
/// A run without faults that comes to rest after every input. Then the oracle knows not only the last outputs but the whole list: one output for each root
/// update and each replay, one for each entity that a related row has changed, nothing else.
/// </summary>
public static class LockStepRun
{
    private const int Inputs = 60;

    public static SimulationResult Run(int seed, IReadOnlyList<Strategy>? strategies = null, IReadOnlyList<RootShape>? roots = null)
    {
        var dice = Dice.For(seed, 0);
        var simulated = SimulationRun.CaseOf(seed, strategies, roots) with { HasFaults = false, IsExactlyOnce = true };
        simulated = simulated with { Options = simulated.Options with { SuppressEqualOutput = true } };
        using var scenario = new Scenario(simulated);
        var maker = new RecordMaker(simulated, hasSpellings: false); // two texts of one document are equal here, and not for the product
        var before = new Snapshot(WorldHistory.OfAllJoins(scenario.World)[0]);
        for (var input = 0; input < Inputs; input++)
        {
            var written = scenario.World.Write(dice.Below(10) switch { < 4 => maker.Root(dice), < 9 => maker.Related(dice), _ => maker.Replay(dice) });
            scenario.Settle();
            var after = new Snapshot(WorldHistory.OfAllJoins(scenario.World)[0]);
            if (FindProblem(before, after, scenario.World.Written[^1]) is { } problem)
                return Result([$"after {Trace.Show(written.Key)} {Trace.Show(written.Value)} at {written.Position}: {problem}"]);
            before = after;
        }

        return Result(scenario.Problems);

        SimulationResult Result(IReadOnlyList<string> problems) => new(seed, simulated, [], problems, scenario.World.Trace!.Lines, scenario.Outputs);
    }

    private static string? FindProblem(Snapshot before, Snapshot after, WrittenRecord input)
    {
        var definition = after.History.Definition;
        if (after.History.IsStream) return FindStreamProblem(before, after, input);
        var isNested = after.History.World.Joins.Any(join => join.IsNested);
        var isRelated = after.History.World.Case.Definition.AllRelations.Any(relation => relation.From == input.Record.Position.Topic);
        var key = input.Record.Key is null ? "" : Encoding.UTF8.GetString(input.Record.Key);
        var isReplay = input.Record.Position.Topic == definition.ReplayTopic();
        foreach (var entity in after.Keys.Union(before.Keys).Append(key).Distinct())
        {
            var added = after.OutputsOf(entity).Skip(before.OutputsOf(entity).Count).Select(output => output.Text).ToList();
            var expected = IsSettled(entity) ? Deleted(entity) : isRelated ? Moved(entity) : isReplay ? Replayed(entity) : Touched(entity);
            // A row that goes from one value of a list to another is seen under both, or neither, on its way.
            // A row that several rows of an entity's list embed changes in one after the other.
            // Rows that had one key between them leave it one after the other when their table is truncated.
            var mayPassThrough = (isRelated || after.VersionsOf(entity) > before.VersionsOf(entity) + 1) && (!isRelated || (isNested || definition.Relations.Any(relation => relation.Strategy == Strategy.Shuffle && relation.From == input.Record.Position.Topic && relation.Match.IsMany)));
            var isGood = mayPassThrough ? added.Count == 0 ? expected.Count == 0 : added[^1] == (expected.LastOrDefault() ?? after.Expected(entity)) : added.SequenceEqual(expected);
            if (!isGood && !(before.Expected(entity) is null && after.History.MayForbid)) return $"{entity} should have got [{string.Join("; ", expected)}], not [{string.Join("; ", added)}]";
        }

        return null;

        bool IsSettled(string entity) => definition.Emit.Once && before.OutputsOf(entity) is [.., { Document: not null }];

        List<string> Moved(string entity) => after.Expected(entity) is { } now && now != before.Expected(entity) ? [now] : [];

        List<string> Replayed(string entity) => entity == key && !input.IsBad && after.Expected(entity) is { } now ? [now] : [];

        List<string> Deleted(string entity) => [.. after.Last(entity, after.VersionsOf(entity) - before.VersionsOf(entity)).Where(version => version.Row is null).Select(_ => "null")];

        List<string> Touched(string entity) =>
        [
            .. Deleted(entity),
            .. after.VersionsOf(entity) > before.VersionsOf(entity) && after.Expected(entity) is { } now && (definition.Emit.When != EmitWhen.OnChange || now != before.Expected(entity)) ? [now] : (List<string>)[],
        ];
    }

    /// <summary>An event is joined with the rows of its moment; what comes later changes nothing.</summary>
    private static string? FindStreamProblem(Snapshot before, Snapshot after, WrittenRecord input)
    {
        var isEvent = !input.IsBad && input.Record.Position.Topic == after.History.Definition.Root.Topic;
        List<string> expected = isEvent && after.History.FinalOutput(Oracle.NaiveJoin.Parse(input.Record.Value!)) is { } output ? [Oracle.NaiveJoin.Canonical(output)] : [];
        var added = after.History.Outputs.SelectMany(line => line.Value.Skip(before.OutputsOf(line.Key).Count)).Select(output => output.Text).ToList();
        return added.SequenceEqual(expected) ? null : $"there should have come [{string.Join("; ", expected)}], not [{string.Join("; ", added)}]";
    }

    /// <summary>What is and what should be, at rest.</summary>
    private sealed class Snapshot(WorldHistory history)
    {
        private readonly Dictionary<string, string?> _expected = history.Roots.ToDictionary(
            root => root.Key,
            root => root.Value[^1].Row is { } row && history.FinalOutput(row) is { } output ? Oracle.NaiveJoin.Canonical(output) : null,
            StringComparer.Ordinal);

        public WorldHistory History => history;

        public IEnumerable<string> Keys => _expected.Keys;

        public string? Expected(string key) => _expected.GetValueOrDefault(key);

        public int VersionsOf(string key) => history.Roots.GetValueOrDefault(key)?.Count ?? 0;

        public IEnumerable<Checks.Version> Last(string key, int count) => history.Roots.GetValueOrDefault(key)?.TakeLast(count) ?? [];

        public List<OutputRecord> OutputsOf(string key) => history.Outputs.GetValueOrDefault(key) ?? [];
    }
}

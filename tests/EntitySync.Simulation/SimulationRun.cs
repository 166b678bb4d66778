using EntitySync.Core.Definitions;
using EntitySync.Simulation.Checks;
using EntitySync.Simulation.Workload;

namespace EntitySync.Simulation;

/// <summary>What came of one seed.</summary>
/// <param name="Seed">Replays the run.</param>
/// <param name="Case">What was run.</param>
/// <param name="Steps">Steps taken, by number.</param>
/// <param name="Problems">Empty when all guarantees held.</param>
/// <param name="Trace">What happened; empty unless asked for.</param>
/// <param name="Outputs">Committed outputs.</param>
public sealed record SimulationResult(
    int Seed, SimulationCase Case, IReadOnlyList<int> Steps, IReadOnlyList<string> Problems, IReadOnlyList<string> Trace, IReadOnlyList<string> Outputs);

/// <summary>Runs a seed: draws the case, takes the steps, lets the world settle, checks.</summary>
public static class SimulationRun
{
    private const int FewestSteps = 40;
    private const int MostSteps = 260;

    public static SimulationResult Run(int seed, IReadOnlyList<Strategy>? strategies = null, IReadOnlyList<RootShape>? roots = null) => Run(seed, CaseOf(seed, strategies, roots), StepsOf(seed), hasTrace: false);

    public static SimulationCase CaseOf(int seed, IReadOnlyList<Strategy>? strategies = null, IReadOnlyList<RootShape>? roots = null) => DefinitionGrid.Draw(Dice.For(seed, -1), strategies, roots);

    public static IReadOnlyList<int> StepsOf(int seed) => [.. Enumerable.Range(0, FewestSteps + Dice.For(seed, -2).Below(MostSteps - FewestSteps))];

    public static SimulationResult Run(int seed, SimulationCase simulated, IReadOnlyList<int> steps, bool hasTrace)
    {
        using var world = new SimulatedWorld(simulated, hasTrace);
        var schedule = new Schedule(world);
        List<string> problems = [];
        IReadOnlyList<string> outputs = [];
        try
        {
            foreach (var step in steps) schedule.Step(Dice.For(seed, step));
            schedule.Settle(Dice.For(seed, -3));
            var histories = WorldHistory.OfAllJoins(world);
            outputs = [.. histories[0].Outputs.Values.SelectMany(list => list).OrderBy(output => output.Record.Tick).Select(output => output.ToString())];
            problems.AddRange(ProblemsOf(histories));
        }
#pragma warning disable CA1031 // Whatever the engine throws is a finding.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            problems.Add($"exception: {failure}");
        }

        return new SimulationResult(seed, simulated, steps, problems, world.Trace?.Lines ?? [], outputs);
    }

    /// <summary>All checks of all joins; a problem begins with the name of the check that found it.</summary>
    public static IReadOnlyList<string> ProblemsOf(IEnumerable<WorldHistory> histories) => [.. histories.SelectMany(ProblemsOf)];

    private static IEnumerable<string> ProblemsOf(WorldHistory history) =>
    [
        .. (history.IsStream ? new StreamCheck(history).Problems() : FinalCheck.Problems(history)).Select(problem => "final: " + problem),
        .. new NeverStaleCheck(history).Problems().Select(problem => "never stale: " + problem),
        .. (history.Join.IsNested || history.IsStream ? [] : new ExactlyOnceCheck(history).Problems()).Select(problem => "exactly once: " + problem),
        .. new LeakCheck(history).Problems().Select(problem => "leak: " + problem),
        .. (history.Join.IsRekeyed ? IntakeCheck.Problems(history) : []).Select(problem => "intake: " + problem),
    ];
}

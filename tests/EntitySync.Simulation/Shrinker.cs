namespace EntitySync.Simulation;

/// <summary>Looks for the fewest steps of a failing seed that still fail in the same check: leaves out ever smaller runs of steps.</summary>
public static class Shrinker
{
    /// <returns>The shortest failing run found, with its trace.</returns>
    public static SimulationResult Shrink(SimulationResult failing, CancellationToken cancellation = default)
    {
        var steps = failing.Steps;
        var size = Math.Max(1, steps.Count / 2);
        while (!cancellation.IsCancellationRequested)
        {
            var shorter = WithoutRuns(failing, steps, size, cancellation);
            if (shorter.Count == steps.Count && size == 1) break;
            size = Math.Max(1, size / 2);
            steps = shorter;
        }

        return SimulationRun.Run(failing.Seed, failing.Case, steps, hasTrace: true);
    }

    private static IReadOnlyList<int> WithoutRuns(SimulationResult failing, IReadOnlyList<int> steps, int size, CancellationToken cancellation)
    {
        for (var at = 0; at < steps.Count && !cancellation.IsCancellationRequested;)
        {
            List<int> candidate = [.. steps.Take(at), .. steps.Skip(at + size)];
            if (SimulationRun.Run(failing.Seed, failing.Case, candidate, hasTrace: false).Problems.Any(problem => Kind(problem) == Kind(failing.Problems[0]))) steps = candidate;
            else at += size;
        }

        return steps;
    }

    private static string Kind(string problem) => problem[..problem.IndexOf(':', StringComparison.Ordinal)];
}

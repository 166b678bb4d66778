using System.Diagnostics;
using EntitySync.Core.Definitions;
using EntitySync.Simulation.Workload;

namespace EntitySync.Simulation;

/// <summary>What the command was asked.</summary>
/// <param name="From">First seed.</param>
/// <param name="Seeds">How many.</param>
/// <param name="Seed">One seed with its trace, instead of many.</param>
/// <param name="Strategies">Null for all.</param>
/// <param name="Roots">Null for all.</param>
/// <param name="IsBrief">A failing seed is named, and that is all.</param>
/// <param name="IsLockStep">Runs of <see cref="LockStepRun"/> instead.</param>
public sealed record SimulationOptions(int From, int Seeds, int? Seed, IReadOnlyList<Strategy>? Strategies, IReadOnlyList<RootShape>? Roots, bool IsBrief, bool IsLockStep);

/// <summary>The command: many seeds with progress, or one with its trace.</summary>
public static class SimulationConsole
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    /// <returns>Exit code: 0 all good, 1 a seed has failed, 130 stopped before the end.</returns>
    public static int Run(SimulationOptions options, TextWriter output, CancellationToken cancellation)
    {
        if (options.Seed is { } one) return Show(options.IsLockStep ? LockStepRun.Run(one, options.Strategies, options.Roots) : SimulationRun.Run(one, SimulationRun.CaseOf(one, options.Strategies, options.Roots), SimulationRun.StepsOf(one), hasTrace: true), output);
        var started = Stopwatch.GetTimestamp();
        var lastProgress = started;
        for (var count = 0; count < options.Seeds; count++)
        {
            if (cancellation.IsCancellationRequested) return Stopped(output, options.From + count);
            var result = options.IsLockStep ? LockStepRun.Run(options.From + count, options.Strategies, options.Roots) : SimulationRun.Run(options.From + count, options.Strategies, options.Roots);
            if (result.Problems.Count > 0) return ShowFailure(result, count + 1, options, output, cancellation);
            if (Stopwatch.GetElapsedTime(lastProgress) < ProgressInterval) continue;
            lastProgress = Stopwatch.GetTimestamp();
            output.WriteLine($"{count + 1} of {options.Seeds} seeds good, {(count + 1) / Stopwatch.GetElapsedTime(started).TotalSeconds:F0} a second");
        }

        output.WriteLine($"{options.Seeds} seeds from {options.From} good in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s");
        return 0;
    }

    private static int Stopped(TextWriter output, int next)
    {
        output.WriteLine($"Stopped; go on with --from {next}");
        return 130;
    }

    private static int ShowFailure(SimulationResult failing, int count, SimulationOptions options, TextWriter output, CancellationToken cancellation)
    {
        output.WriteLine($"Seed {failing.Seed} fails (number {count}): {failing.Problems[0]}");
        if (options.IsBrief) return 1;
        if (options.IsLockStep) return Show(failing, output);
        output.WriteLine("Looking for a shorter run...");
        return Show(Shrinker.Shrink(failing, cancellation), output);
    }

    private static int Show(SimulationResult result, TextWriter output)
    {
        foreach (var line in result.Trace) output.WriteLine(line);
        output.WriteLine("-- outputs");
        foreach (var line in result.Outputs) output.WriteLine(line);
        output.WriteLine($"-- seed {result.Seed}, {result.Case}");
        output.WriteLine($"-- steps {string.Join(',', result.Steps)}");
        output.WriteLine(result.Problems.Count == 0 ? "All guarantees held." : string.Join('\n', result.Problems));
        return result.Problems.Count == 0 ? 0 : 1;
    }
}

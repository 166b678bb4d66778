using System.Globalization;

namespace EntitySync.Benchmarks.ColdStart;

/// <summary>Figures of one process, in milliseconds.</summary>
/// <param name="Runtime">From the start of the process to the first line of ours: .NET itself, assemblies of the entry point.</param>
/// <param name="Init">The services of the handler.</param>
/// <param name="InitCompiled">Of it, time of the just-in-time compiler.</param>
/// <param name="First">The first invocation.</param>
/// <param name="FirstCompiled">Of it, likewise.</param>
/// <param name="Second">The second invocation.</param>
/// <param name="Methods">Methods compiled until the first answer, those before our first line not counted.</param>
internal sealed record ColdStartRun(double Runtime, double Init, double InitCompiled, double First, double FirstCompiled, double Second, double Methods)
{
    public static ColdStartRun Parse(string line)
    {
        var figures = line.Split(' ').Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        return new ColdStartRun(figures[0], figures[1], figures[2], figures[3], figures[4], figures[5], figures[6] - figures[7]);
    }

    /// <summary>The median of each figure by itself.</summary>
    public static ColdStartRun Median(IReadOnlyCollection<ColdStartRun> runs)
    {
        return new ColdStartRun(Of(run => run.Runtime), Of(run => run.Init), Of(run => run.InitCompiled), Of(run => run.First), Of(run => run.FirstCompiled), Of(run => run.Second), Of(run => run.Methods));

        double Of(Func<ColdStartRun, double> figure) => runs.Select(figure).Order().ElementAt(runs.Count / 2);
    }
}

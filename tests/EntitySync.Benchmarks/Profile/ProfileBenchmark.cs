using System.Collections.Immutable;
using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Core.Errors;

namespace EntitySync.Benchmarks.Profile;

/// <summary>The topology of user profiles without a broker, on one core.</summary>
internal static class ProfileBenchmark
{
    /// <summary>Sizes of the tables, in tenths of the largest.</summary>
    public static readonly ImmutableArray<int> Tenths = [1, 3, 10];

    private static readonly ProfileSize Small = new(Users: 300, Stars: 3_000, Repos: 100, PullRequests: 1_000);

    /// <exception cref="InvalidOperationException">A profile is not what the tables make of it.</exception>
    public static string Run(ProfileOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        Machine.PinToOneCore();
        var text = new StringBuilder(ProfileReport.Head(options));
        foreach (var strategy in options.Strategies) ProfileReport.Append(text, strategy, Measure(strategy, options, progress, cancellationToken));
        return text.ToString();
    }

    public static string NameOf(int tenths) => tenths.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static FigureSheet Measure(Strategy strategy, ProfileOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var definition = Definition(strategy);
        progress($"{strategy}: {Compare(definition, options, cancellationToken):N0} profiles are those that the tables make");
        progress($"{strategy}: warming up");
        Run(definition, Tenths[0], options, new FigureSheet(), cancellationToken);
        var runs = new List<FigureSheet>();
        for (var run = 1; run <= options.Runs; run++)
        {
            var figures = new FigureSheet();
            foreach (var tenths in Tenths)
            {
                var compared = Run(definition, tenths, options, figures, cancellationToken);
                progress($"{strategy}, run {run} of {options.Runs}, {options.Size.Tenths(tenths)}: {figures["load", "change events/s", NameOf(tenths)]:N0} events/s, {compared:N0} profiles compared");
            }

            runs.Add(figures);
        }

        return FigureSheet.Median(runs);
    }

    private static int Compare(EntityDefinition definition, ProfileOptions options, CancellationToken cancellationToken)
    {
        using var run = new ProfileRun(definition, Small, "small", options with { Changes = 200 }, new FigureSheet(), keepsTexts: true, cancellationToken);
        return run.Run(isLargest: true);
    }

    private static int Run(EntityDefinition definition, int tenths, ProfileOptions options, FigureSheet figures, CancellationToken cancellationToken)
    {
        using var run = new ProfileRun(definition, options.Size.Tenths(tenths), NameOf(tenths), options, figures, keepsTexts: false, cancellationToken);
        return run.Run(isLargest: tenths == Tenths[^1]);
    }

    private static EntityDefinition Definition(Strategy strategy)
    {
        var result = DefinitionLoader.Load(Path.Combine(AppContext.BaseDirectory, "user-profile.yaml"), strategy);
        return result.IsValid ? result.Definitions[0] : throw new InvalidRequestException(string.Join(Environment.NewLine, result.Problems));
    }
}

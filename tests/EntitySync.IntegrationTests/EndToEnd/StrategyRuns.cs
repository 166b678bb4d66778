using System.Text;
using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;
using Microsoft.Extensions.Logging;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>What one run of the demo's job came to.</summary>
/// <param name="Checks">The demo's own checks.</param>
/// <param name="Last">Last value of each key in the output topic.</param>
public sealed record StrategyRun(IReadOnlyList<CheckResult> Checks, IReadOnlyDictionary<string, string> Last);

/// <summary>
/// The demo's job on the whole product, once with each strategy, on the same data. All items are online: a replay leaves out those that its filter does
/// not fit, a fan-out has no filter.
/// </summary>
public sealed class StrategyRuns : IAsyncLifetime
{
    public const int Items = 400;
    private const int Classes = 8;
    private readonly Dictionary<Strategy, StrategyRun> _runs = [];

    public IReadOnlyDictionary<Strategy, StrategyRun> Runs => _runs;

    public async ValueTask InitializeAsync()
    {
        await LocalSetup.EnsureAsync(Console.Error.WriteLine, CancellationToken.None);
        foreach (var strategy in Enum.GetValues<Strategy>()) _runs[strategy] = await RunAsync(strategy);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<StrategyRun> RunAsync(Strategy strategy)
    {
        var crash = new CrashOnce("item-replay");
        var options = new RunnerOptions
        {
            Strategy = strategy,
            Adjust = definition => definition.Replay is { } replay ? definition with { Replay = replay with { PageSize = 10 } } : definition,
            WrapWriter = writer =>
            {
                crash.Inner = writer;
                return crash;
            },
        };
        await using var runner = await LocalRunner.StartAsync(options, new RunnerLog(LogLevel.Critical), _ => { }, CancellationToken.None);
        await using var steps = new DemoSteps(runner, "item", AllOnline(DemoData.Generate(Items, Classes, seed: 7)), new DemoConsole(), CancellationToken.None);
        var checks = await new DemoRun(steps, crash).RunAsync();
        return new StrategyRun(checks, steps.Outputs.Latest().ToDictionary(record => record.Key, record => Encoding.UTF8.GetString(record.Value.Value ?? []), StringComparer.Ordinal));
    }

    private static DemoData AllOnline(DemoData data) => data with
    {
        Roots = [.. data.Roots.Select(root => root with { Json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(root.Json).Replace("\"online\":false", "\"online\":true", StringComparison.Ordinal)) })],
    };
}

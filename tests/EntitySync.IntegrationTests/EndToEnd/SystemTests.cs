using EntitySync.Core.Definitions;
using EntitySync.Local.Demo;
using EntitySync.Local.Examples;
using EntitySync.Local.Runner;
using EntitySync.Local.Setup;
using Microsoft.Extensions.Logging;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>
/// Every definition of infra/entities in one running product, all fed with their example records at the same time: what comes out of each output topic and
/// each dead-letter topic is what the example says, and nothing else.
/// </summary>
[Trait("Category", "Integration")]
public sealed class SystemTests(LocalPartsFixture parts)
{
    private const string Values = "last output of every key as expected";
    private const string Events = "every output as expected";

    [Fact]
    public async Task ExampleRecordsOfAllSystemsAtOnce_GiveWhatIsExpected()
    {
        parts.ShouldNotBeNull();
        await LocalSetup.EnsureAsync(Console.Error.WriteLine, CancellationToken.None);
        var definitions = DefinitionSetup.Load(new RunnerOptions().DefinitionsPath, null, null).All.ToList();
        var runs = definitions.ConvertAll(definition => new ExampleRun(definition, ExampleData.Load(definition, Checkout.PathOf("infra", "entities", "examples", definition.Entity))));
        var options = new RunnerOptions
        {
            BeforeJoinHost = async (runner, cancellationToken) =>
            {
                foreach (var run in runs) await run.WriteEarlyAsync(runner, cancellationToken);
            },
        };
        await using var runner = await LocalRunner.StartAsync(options, new RunnerLog(LogLevel.Critical), _ => { }, CancellationToken.None);

        var checks = await Task.WhenAll(runs.Select(run => run.RunAsync(runner, (_, phase) => phase(_ => { }), CancellationToken.None)));

        definitions.Zip(checks).SelectMany(pair => pair.Second.Where(check => !check.Passed).Select(check => $"{pair.First.Entity}: {check}")).ShouldBeEmpty();
        definitions.Zip(checks).Select(pair => $"{pair.First.Entity}: {string.Join(", ", pair.Second.Select(check => check.Name))}").ShouldBe(
        [
            $"enriched-purchase: {Events}, nothing else came out, no dead letters",
            $"item: {Values}, nothing else came out, no dead letters",
            $"password-reset: {Events}, nothing else came out, dead letters as expected",
            $"shipment: {Values}, nothing else came out, every entity emitted once, no dead letters",
            $"user-profile: {Values}, nothing else came out, no dead letters",
        ]);
    }
}

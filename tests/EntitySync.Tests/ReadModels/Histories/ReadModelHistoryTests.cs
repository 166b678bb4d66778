using EntitySync.Testing;

namespace EntitySync.Tests.ReadModels.Histories;

/// <summary>Whatever way the events of a history come, the rows are those that <see cref="NaiveReadModel"/> makes of all of them.</summary>
public sealed class ReadModelHistoryTests(ITestOutputHelper output)
{
    private const int Seeds = 600;

    [Fact]
    public async Task AnyOrderOfArrival_GivesTheSameRows()
    {
        var rows = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var sample = new HistorySample(seed);
            var limit = seed % 3 == 0 || sample.HasIds ? 1000 : 1 + (seed % 4);
            var run = new HistoryRun(sample, limit);
            var found = await run.RunAsync();
            found.ShouldBe(sample.Expected(limit), sample.ToString());
            rows += found.Count;
        }

        output.WriteLine($"{Seeds} histories, {rows} rows");
        rows.ShouldBeGreaterThan(Seeds / 2);
    }

    [Theory]
    [InlineData(NaiveMistake.NewestByArrival)]
    [InlineData(NaiveMistake.DeleteIgnoresOtherLanes)]
    [InlineData(NaiveMistake.LimitByArrival)]
    [InlineData(NaiveMistake.StateByTime)]
    [InlineData(NaiveMistake.DuplicatesCount)]
    [InlineData(NaiveMistake.CopiesCount)]
    public async Task Mistake_IsFound(NaiveMistake mistake)
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var sample = new HistorySample(seed);
            var run = new HistoryRun(sample, 1000);
            var found = await run.RunAsync();
            if (found.SequenceEqual(sample.Expected(1000, mistake, run.Arrived))) continue;
            output.WriteLine($"{mistake}: found by seed {seed}");
            return;
        }

        Assert.Fail($"no history of {Seeds} tells {mistake} from the rules");
    }
}

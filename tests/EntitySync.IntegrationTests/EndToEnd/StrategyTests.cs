using EntitySync.Core.Definitions;

namespace EntitySync.IntegrationTests.EndToEnd;

/// <summary>Guarantee 1 on the running product: the same data, the same change over HTTP, the same outputs with each strategy.</summary>
[Trait("Category", "Integration")]
public sealed class StrategyTests(StrategyRuns strategies, LocalPartsFixture parts) : IClassFixture<StrategyRuns>
{
    private static readonly string[] Shared =
    [
        "every item enriched as recomputed", "have the new times", "no other item changed", "nothing lost", "nothing stale",
    ];

    [Theory]
    [InlineData(Strategy.Lookup, "replay resumed after the failure")]
    [InlineData(Strategy.Broadcast, "killed in the middle of the fan-out", "the change started no replay", "replay by hand")]
    [InlineData(Strategy.Shuffle, "killed in the middle of the fan-out", "the change started no replay", "replay by hand")]
    public void EachStrategy_PassesEveryCheck(Strategy strategy, params string[] own)
    {
        var checks = strategies.Runs[strategy].Checks;

        checks.Where(check => !check.Passed).ShouldBeEmpty();
        string[] expected = [.. Shared, .. own, "no dead letters"];
        checks.Select(check => expected.FirstOrDefault(name => check.Name.Contains(name, StringComparison.Ordinal)) ?? check.Name).ShouldBe(expected);
        parts.ShouldNotBeNull();
    }

    /// <summary>Byte for byte: every strategy splices the same canonical row into the bytes that the supplier wrote.</summary>
    [Theory]
    [InlineData(Strategy.Broadcast)]
    [InlineData(Strategy.Shuffle)]
    public void LastOutputs_AreThoseOfLookup(Strategy strategy)
    {
        var lookup = strategies.Runs[Strategy.Lookup].Last;

        lookup.Count.ShouldBe(StrategyRuns.Items);
        strategies.Runs[strategy].Last.OrderBy(output => output.Key, StringComparer.Ordinal).ShouldBe(lookup.OrderBy(output => output.Key, StringComparer.Ordinal));
    }
}
